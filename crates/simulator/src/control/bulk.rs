//! Control: many posts at once, delivered at full speed.

use super::{Answer, read};
use crate::delivery::{BulkCounts, BulkOptions, Outgoing};
use crate::x::events;
use crate::{Error, NewPost, World};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bulk {
    posts: Vec<NewPost>,
    #[serde(default)]
    options: BulkOptions,
    /// Take the texts as they are; `false` lets replies get their `@name`.
    #[serde(default = "exactly")]
    exact: bool,
}

fn exactly() -> bool {
    true
}

pub(super) async fn bulk(State(world): State<World>, bytes: Bytes) -> Answer {
    let Bulk { mut posts, options, exact } = read::<Bulk>(&bytes)?;
    posts.iter_mut().for_each(|post| post.exact |= exact);
    let counts = world.bulk(&posts, &options).await?;
    Ok(Json(json!(counts)))
}

impl World {
    /// Makes the posts in their order, then delivers the events as asked; returns when every delivery is done or given up.
    ///
    /// # Errors
    /// At the first post that cannot be made, with its position; the ones before it stay and are not delivered.
    pub async fn bulk(&self, posts: &[NewPost], options: &BulkOptions) -> Result<BulkCounts, Error> {
        let mut events: Vec<Outgoing> = Vec::new();
        for (chunk_index, chunk) in posts.chunks(256).enumerate() {
            {
                let now = self.now();
                let mut state = self.lock();
                for (index, new) in chunk.iter().enumerate() {
                    let draft = state
                        .draft(new, now)
                        .map_err(|error| Error::Invalid(format!("posts[{}]: {error}", chunk_index * 256 + index)))?;
                    let id = state.create_post(&draft, self.origin());
                    if options.deliver {
                        events.extend(events::post_created(&mut state, id, self.origin(), now));
                    }
                }
            }
            tokio::task::yield_now().await;
        }
        let mut counts = self.deliver_bulk(events, options).await;
        counts.posts = posts.len();
        Ok(counts)
    }
}
