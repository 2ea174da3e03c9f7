//! Tokens of programs.

use super::read::PageQuery;
use super::{Id, Json, List, Query, ReadFailures, WriteFailures};
use crate::accounts;
use crate::error::Result;
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::TokenId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::account::Token;
use utoipa::ToSchema;
use uuid::Uuid;

/// A token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenBody {
    /// Which.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// Whether it may write.
    pub write: bool,
    /// Who made it; null: the command line.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

impl From<Token> for TokenBody {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.0,
            name: token.name,
            write: token.can_write,
            created_by: token.created_by.map(|agent| agent.0),
            created_at: token.created_at,
            used_at: token.used_at,
        }
    }
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Whether it may write; it may not unless told.
    #[serde(default)]
    pub write: bool,
}

/// A token just made.
#[derive(Serialize, ToSchema)]
pub struct CreatedToken {
    /// The token.
    pub token: TokenBody,
    /// Its secret, for `Authorization: Bearer`; shown once.
    pub secret: String,
}

/// The tokens that hold.
#[utoipa::path(get, path = "/tokens", tag = "tokens", operation_id = "list_tokens", params(PageQuery),
    responses((status = 200, description = "A page of tokens.", body = List<TokenBody>), ReadFailures))]
pub(super) async fn list(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<TokenBody>>> {
    let limit = page.limit()?;
    let tokens = edge.store.tokens(&visitor.scope, page.after()?, limit + 1).await?;
    Ok(Json(List::cut(tokens.into_iter().map(TokenBody::from).collect(), limit, |body| body.id.to_string())))
}

/// Makes a token.
#[utoipa::path(post, path = "/tokens", tag = "tokens", operation_id = "create_token", request_body = NewToken,
    responses((status = 201, description = "The token and its secret.", body = CreatedToken), WriteFailures))]
pub(super) async fn create(
    State(edge): State<Edge>,
    visitor: Visitor,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, Json<CreatedToken>)> {
    let (token, secret) = accounts::create_token(&edge, &visitor, &new.name, new.write).await?;
    Ok((StatusCode::CREATED, Json(CreatedToken { token: token.into(), secret })))
}

/// One token.
#[utoipa::path(get, path = "/tokens/{id}", tag = "tokens", operation_id = "get_token",
    params(("id" = Uuid, Path, description = "The token.")),
    responses((status = 200, description = "The token.", body = TokenBody), ReadFailures))]
pub(super) async fn one(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<TokenId>) -> Result<Json<TokenBody>> {
    Ok(Json(edge.store.token(&visitor.scope, id).await?.into()))
}

/// Takes a token away; its requests and streams end at once.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", operation_id = "revoke_token",
    params(("id" = Uuid, Path, description = "The token.")),
    responses((status = 204, description = "It holds no more."), WriteFailures))]
pub(super) async fn revoke(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<TokenId>) -> Result<StatusCode> {
    accounts::revoke_token(&edge, &visitor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
