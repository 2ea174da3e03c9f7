//! The OpenAPI document: title, security, and the text as it is served and kept in the repository.

use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

/// The document before the operations are added.
pub(super) fn beginning() -> OpenApi {
    let bearer = SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token made under Settings → Tokens, or by `madoguchi token create`."))
            .build(),
    );
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "madoguchi",
        "A browser's session (`__Host-madoguchi` behind TLS). Writes also carry `X-CSRF-Token`, which `GET /me` tells.",
    )));
    let info = InfoBuilder::new()
        .title("Madoguchi")
        .version("1")
        .description(Some(
            "Lists page by key: pass `next` as `after`. Every write takes an `Idempotency-Key`: the same key with the same \
             request gets the first answer again for a day, with `Idempotent-Replayed: true`; while the first is under way the \
             second waits for it; with another request the key is refused with 422. Fields that an operation does not know are ignored; workspace and author always follow from \
             who asks. Failures are `{\"error\": {\"code\", \"message\", \"fields\"}}` with a stable code.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme("bearer", bearer)
                .security_scheme("session", cookie)
                .schemas_from_iter(super::failures::schemas())
                .build(),
        ))
        .security(Some([
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("session", Vec::<String>::new()),
        ]))
        .build()
}

/// The document as text; maps are sorted, so that two builds write the same.
pub(super) fn text(document: &OpenApi) -> String {
    let mut text = document.to_pretty_json().unwrap_or_else(|_| "{}".to_owned());
    text.push('\n');
    text
}
