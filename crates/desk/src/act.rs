//! Acts on cases: assign, close, reopen, snooze, set aside; notes, drafts, read marks.

use crate::{Desk, Error, Result, workers_only};
use domain::Timestamp;
use domain::id::{AgentId, AttachmentId, CaseId};
use domain::people::Scope;
use domain::vocabulary::{NoReplyReason, Noise};
use serde::Serialize;
use store::case_act::{Act, Acted, Expected};
use store::draft::{Draft, NewDraft, Voice};
use store::note::Note;

/// What a bulk act came to for one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BulkOutcome {
    /// Which case.
    pub case: CaseId,
    /// `None` when it went well, else the code of what stood against it.
    pub error: Option<&'static str>,
    /// Whether anything changed.
    pub changed: bool,
}

/// Longest note and draft, in Unicode scalars.
const LONGEST_TEXT: usize = 20_000;
/// A case sleeps at most this long.
const LONGEST_SLEEP: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 366);

/// A text as it can be stored: PostgreSQL keeps no U+0000.
pub(crate) fn storable(field: &'static str, text: &str) -> Result<String> {
    if text.chars().count() > LONGEST_TEXT {
        return Err(Error::Invalid { field, code: "too_long" });
    }
    Ok(text.replace('\0', "\u{fffd}"))
}

impl Desk {
    async fn act(&self, scope: &Scope, case: CaseId, act: Act, expected: Expected) -> Result<Acted> {
        workers_only(scope)?;
        let acted = self.store.act(scope, case, &act, expected, self.now()).await?;
        if acted.changed {
            self.announce(scope).await;
        }
        Ok(acted)
    }

    async fn act_on_many(&self, scope: &Scope, cases: &[CaseId], act: Act) -> Result<Vec<BulkOutcome>> {
        workers_only(scope)?;
        let outcomes = self.store.act_on_many(scope, cases, &act, self.now()).await?;
        self.announce(scope).await;
        Ok(outcomes
            .into_iter()
            .map(|(case, outcome)| match outcome {
                Ok(acted) => BulkOutcome { case, error: None, changed: acted.changed },
                Err(error) => BulkOutcome { case, error: Some(Error::from(error).code()), changed: false },
            })
            .collect())
    }

    /// Gives a case to somebody, or to nobody.
    pub async fn assign(
        &self,
        scope: &Scope,
        case: CaseId,
        agent: Option<AgentId>,
        expected: Expected,
    ) -> Result<Acted> {
        self.act(scope, case, Act::Assign { agent }, expected).await
    }

    /// Gives many cases (at most 200) to somebody, or to nobody.
    pub async fn assign_many(
        &self,
        scope: &Scope,
        cases: &[CaseId],
        agent: Option<AgentId>,
    ) -> Result<Vec<BulkOutcome>> {
        self.act_on_many(scope, cases, Act::Assign { agent }).await
    }

    /// Closes a case.
    ///
    /// # Errors
    /// [`Error::Conflict`] `needs_reason` when the customer waits and no reason is given; `message_since` when the
    /// customer has written since the position that is expected.
    pub async fn close(
        &self,
        scope: &Scope,
        case: CaseId,
        reason: Option<NoReplyReason>,
        expected: Expected,
    ) -> Result<Acted> {
        self.act(scope, case, Act::Close { reason }, expected).await
    }

    /// Closes many cases (at most 200).
    pub async fn close_many(
        &self,
        scope: &Scope,
        cases: &[CaseId],
        reason: Option<NoReplyReason>,
    ) -> Result<Vec<BulkOutcome>> {
        self.act_on_many(scope, cases, Act::Close { reason }).await
    }

    /// Opens again what is closed, or wakes what sleeps.
    pub async fn reopen(&self, scope: &Scope, case: CaseId, expected: Expected) -> Result<Acted> {
        self.act(scope, case, Act::Reopen, expected).await
    }

    /// Opens many cases (at most 200) again.
    pub async fn reopen_many(&self, scope: &Scope, cases: &[CaseId]) -> Result<Vec<BulkOutcome>> {
        self.act_on_many(scope, cases, Act::Reopen).await
    }

    /// Puts a case to sleep until a moment, or until the customer writes.
    ///
    /// # Errors
    /// [`Error::Conflict`] `in_the_past`, `closed`; [`Error::Invalid`] when it is more than a year away.
    pub async fn snooze(&self, scope: &Scope, case: CaseId, until: Timestamp, expected: Expected) -> Result<Acted> {
        if until.duration_since(self.now()) > LONGEST_SLEEP {
            return Err(Error::Invalid { field: "until", code: "too_far" });
        }
        self.act(scope, case, Act::Snooze { until }, expected).await
    }

    /// Sets a case aside as noise; `None` takes it back.
    pub async fn set_noise(
        &self,
        scope: &Scope,
        case: CaseId,
        noise: Option<Noise>,
        expected: Expected,
    ) -> Result<Acted> {
        self.act(scope, case, Act::Noise { noise }, expected).await
    }

    /// Notes how far the reader has read.
    pub async fn mark_seen(&self, scope: &Scope, case: CaseId, position: i64) -> Result<()> {
        Ok(self.store.mark_seen(scope, case, position).await?)
    }

    /// Adds a note; it never leaves.
    pub async fn note(&self, scope: &Scope, case: CaseId, text: &str) -> Result<Note> {
        workers_only(scope)?;
        let text = storable("text", text.trim())?;
        if text.is_empty() {
            return Err(Error::Invalid { field: "text", code: "empty" });
        }
        let note = self.store.add_note(scope, case, &text, self.now()).await?;
        if scope.agent().is_some() {
            self.store.delete_draft(scope, case, Voice::Note).await?;
        }
        self.announce(scope).await;
        Ok(note)
    }

    /// The notes of a case, oldest first.
    pub async fn notes(&self, scope: &Scope, case: CaseId) -> Result<Vec<Note>> {
        self.store.case_row(scope, case).await?;
        Ok(self.store.notes(scope, case).await?)
    }

    /// Keeps the reader's draft; one without text and files is thrown away.
    pub async fn save_draft(&self, scope: &Scope, draft: &NewDraft<'_>) -> Result<()> {
        workers_only(scope)?;
        let text = storable("text", draft.text)?;
        Ok(self.store.save_draft(scope, &NewDraft { text: &text, ..*draft }, self.now()).await?)
    }

    /// Adds a file to the reader's draft.
    pub async fn add_to_draft(
        &self,
        scope: &Scope,
        case: CaseId,
        voice: Voice,
        attachment: AttachmentId,
    ) -> Result<()> {
        workers_only(scope)?;
        Ok(self.store.add_to_draft(scope, case, voice, attachment, self.now()).await?)
    }

    /// Throws the reader's draft away.
    pub async fn delete_draft(&self, scope: &Scope, case: CaseId, voice: Voice) -> Result<()> {
        workers_only(scope)?;
        Ok(self.store.delete_draft(scope, case, voice).await?)
    }

    /// The reader's drafts on a case.
    pub async fn drafts(&self, scope: &Scope, case: CaseId) -> Result<Vec<Draft>> {
        Ok(self.store.drafts(scope, case).await?)
    }
}
