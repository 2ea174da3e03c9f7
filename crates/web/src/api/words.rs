//! Schemas of the closed word lists, made from the lists themselves.

use domain::vocabulary::{AccessLevel, ChannelRole, Role};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

fn words(all: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(all)).build()
}

fn optional_words(all: impl IntoIterator<Item = &'static str>) -> Object {
    let values = all.into_iter().map(serde_json::Value::from).chain([serde_json::Value::Null]);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(values))
        .build()
}

macro_rules! schemas {
    ($($one:ident $optional:ident $list:ty;)*) => {$(
        #[allow(dead_code)]
        pub(super) fn $one() -> Object { words(<$list>::ALL.iter().map(|word| word.word())) }
        #[allow(dead_code)]
        pub(super) fn $optional() -> Object { optional_words(<$list>::ALL.iter().map(|word| word.word())) }
    )*};
}

schemas! {
    role optional_role Role;
    channel_role optional_channel_role ChannelRole;
    access_level optional_access_level AccessLevel;
}

pub(super) fn sign_off() -> Object {
    words(["none", "initials", "name"])
}

pub(super) fn optional_sign_off() -> Object {
    optional_words(["none", "initials", "name"])
}

pub(super) fn channel_state() -> Object {
    words(["connected", "revoked", "disabled"])
}
