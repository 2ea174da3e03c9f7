//! Schemas of the closed word lists, made from the lists themselves.

use domain::vocabulary::{
    About, AccessLevel, CaseState, ChannelRole, Direction, Form, Kind, NoReplyReason, Noise, ReplyNeed, Role,
    SendState, Sentiment,
};
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

macro_rules! required {
    ($($name:ident $list:ty;)*) => {$(
        pub(super) fn $name() -> Object { words(<$list>::ALL.iter().map(|word| word.word())) }
    )*};
}

macro_rules! optional {
    ($($name:ident $list:ty;)*) => {$(
        pub(super) fn $name() -> Object { optional_words(<$list>::ALL.iter().map(|word| word.word())) }
    )*};
}

required! {
    about About;
    case_state CaseState;
    channel_role ChannelRole;
    direction Direction;
    form Form;
    kind Kind;
    reply_need ReplyNeed;
    role Role;
    sentiment Sentiment;
}

optional! {
    optional_access_level AccessLevel;
    optional_channel_role ChannelRole;
    optional_no_reply_reason NoReplyReason;
    optional_noise Noise;
    optional_role Role;
    optional_send_state SendState;
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

pub(super) fn voice() -> Object {
    words(["public", "private", "note"])
}
