"""A session of X's official Python client (PyPI `xdk`) with the simulator; every step checks what came back."""

import base64
import json
import os
import threading
import time
import urllib.parse
import urllib.request

import requests
from xdk import Client
from xdk.activity.models import CreateSubscriptionRequest
from xdk.direct_messages.models import CreateByParticipantIdRequest
from xdk.media.models import AppendUploadRequest, CreateMetadataRequest, InitializeUploadRequest
from xdk.posts.models import CreateRequest, HideReplyRequest
from xdk.users.models import LikePostRequest
from xdk.webhooks.models import CreateRequest as CreateWebhookRequest
from xdk.webhooks.models import CreateWebhookReplayJobRequest

# The simulator serves plain HTTP on the loopback interface; oauthlib refuses that unless told otherwise.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
BASE = os.environ["SIMULATOR_URL"]
CONTROL = BASE.removesuffix("/x") + "/control"
SCOPES = (
    "tweet.read users.read tweet.write tweet.moderate.write dm.read dm.write like.read like.write media.write "
    "offline.access"
)


def control(path, body):
    answer = requests.post(CONTROL + path, json=body, timeout=20)
    answer.raise_for_status()
    return answer.json()


def step(name):
    print("xdk:", name)


def connect(username):
    """The consent page, the code and the tokens, as an app does it."""
    client = Client(
        base_url=BASE,
        authorization_base_url=BASE + "/i",
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        redirect_uri="http://127.0.0.1:9/callback",
        scope=SCOPES,
    )
    url = client.get_authorization_url(state="xdk")
    answer = requests.get(url + "&auto_approve=" + username, allow_redirects=False, timeout=20)
    assert answer.status_code == 303, answer.text
    query = urllib.parse.parse_qs(urllib.parse.urlparse(answer.headers["location"]).query)
    assert query["state"] == ["xdk"]
    token = client.exchange_code(query["code"][0])
    assert token["expires_in"] == 7200 and token["refresh_token"]
    return Client(
        base_url=BASE,
        authorization_base_url=BASE + "/i",
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        token=token,
        scope=SCOPES,
    )


def field(thing, name):
    """The client hands out models for what its schema knows and plain dicts for the rest."""
    return thing[name] if isinstance(thing, dict) else getattr(thing, name)


def refused(call, status):
    try:
        call()
    except requests.HTTPError as error:
        assert error.response.status_code == status, error.response.text
        return error.response.json()
    raise AssertionError(f"expected {status}")


def main():
    step("connect two accounts")
    brand, support = connect("aobabank"), connect("aoba_help")
    me = brand.users.get_me(user_fields=["created_at", "public_metrics"])
    own_id = me.data.id
    assert me.data.username == "aobabank", me
    support_id = support.users.get_by_username("aoba_help").data.id
    app = Client(base_url=BASE, bearer_token=os.environ["BEARER_TOKEN"])

    step("refresh rotates")
    old = dict(brand.oauth2_auth.token)
    brand.oauth2_auth.refresh_token()
    assert brand.oauth2_auth.token["refresh_token"] != old["refresh_token"]

    step("webhook and subscriptions")
    hook = app.webhooks.create(CreateWebhookRequest(url=os.environ["WEBHOOK_URL"]))
    assert hook.data.valid, hook
    assert len(app.webhooks.get().data) == 2
    app.webhooks.validate(hook.data.id)
    created = app.activity.create_subscription(
        CreateSubscriptionRequest(
            event_type="post.mention.create", filter={"user_id": own_id}, tag="xdk", webhook_id=hook.data.id
        )
    )
    assert created.data.subscription.subscription_id, created
    pages = list(app.activity.get_subscriptions(max_results=10))
    assert len(pages[0].data) == 1, pages

    step("mentions and look-ups")
    asked = control("/post", {"author": "tom", "text": "@aobabank where is my card? https://example.com/a"})["id"]
    elsewhere = control("/post", {"author": "tom", "text": "nobody answers at Aoba Bank"})["id"]
    page = next(
        brand.users.get_mentions(
            own_id,
            max_results=100,
            post_fields=["author_id", "created_at", "entities", "referenced_posts"],
            expansions=["author_id"],
            user_fields=["username"],
        )
    )
    assert asked in [field(post, "id") for post in page.data], page
    assert field(page.includes, "users"), page
    one = brand.posts.get_by_id(asked, post_fields=["conversation_id", "edit_history_post_ids"])
    assert one.data.id == asked and one.data.edit_history_post_ids == [asked], one

    step("reply, refusal, duplicate, delete")
    answer = brand.posts.create(CreateRequest(text="On its way", reply={"in_reply_to_tweet_id": asked}))
    assert answer.data.text == "@tom On its way", answer
    no = refused(lambda: brand.posts.create(CreateRequest(text="Hi", reply={"in_reply_to_tweet_id": elsewhere})), 403)
    assert "not been mentioned" in no["detail"], no
    refused(lambda: brand.posts.create(CreateRequest(text="On its way", reply={"in_reply_to_tweet_id": asked})), 403)
    refused(lambda: brand.posts.create(CreateRequest(text="あ" * 141)), 400)
    allowed = support.posts.create(CreateRequest(text="How can we help?", reply={"in_reply_to_tweet_id": elsewhere}))
    hits = next(support.posts.search_recent(query="conversation_id:" + elsewhere, max_results=10))
    assert len(hits.data) == 2, hits
    assert support.posts.delete(allowed.data.id).data.deleted
    gone = support.posts.get_by_ids([allowed.data.id])
    assert gone.errors and not gone.data, gone

    step("hide and like")
    root = brand.posts.create(CreateRequest(text="Good morning"))
    rude = control("/post", {"author": "troll", "text": "go away", "in_reply_to": root.data.id})["id"]
    assert brand.posts.hide_reply(rude, HideReplyRequest(hidden=True)).data.hidden
    refused(lambda: brand.users.like_post(own_id, LikePostRequest(tweet_id=asked)), 403)
    assert support.users.like_post(support_id, LikePostRequest(tweet_id=asked)).data.liked

    step("stream")
    # Replies: the client drops mention events without a word, because its model wants `post_count` in the users
    # of `includes`; X's own sample of a mention has `tweet_count` and fails the model too. The model of requests
    # does not know replies yet, so the body is a plain dict.
    replies = app.activity.create_subscription(
        {"event_type": "post.reply.create", "filter": {"user_id": own_id}, "tag": "stream"}
    )
    assert replies.data.subscription.subscription_id
    streamed = []

    def listen():
        for event in app.stream.activity():
            streamed.append(event)
            return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    deadline = time.monotonic() + 20
    while not streamed and time.monotonic() < deadline:
        # The stream may still be connecting: write until it has heard something.
        text = f"still waiting {time.monotonic_ns()}"
        control("/post", {"author": "tom", "text": text, "in_reply_to": root.data.id})
        listener.join(0.2)
    assert streamed, "the stream stayed silent"
    assert streamed[0].data.event_type == "post.reply.create", streamed

    step("media with a description")
    content = b"\x89PNG-not-really"
    begun = brand.media.initialize_upload(
        InitializeUploadRequest(media_type="image/png", media_category="tweet_image", total_bytes=len(content))
    )
    media_id = begun.data.id
    brand.media.append_upload(
        media_id, AppendUploadRequest(media=base64.b64encode(content).decode(), segment_index=0)
    )
    assert brand.media.finalize_upload(media_id).data.id == media_id
    brand.media.create_metadata(CreateMetadataRequest(id=media_id, metadata={"alt_text": {"text": "a picture"}}))
    pictured = brand.posts.create(CreateRequest(text="look", media={"media_ids": [media_id]}))
    shown = json.load(urllib.request.urlopen(CONTROL + "/post/" + pictured.data.id))
    assert shown["post"]["media"][0]["alt_text"] == "a picture", shown

    step("private messages")
    control("/dm", {"from": "tom", "to": "aoba_help", "text": "hello in private"})
    listed = next(
        support.direct_messages.get_events(max_results=10, dm_event_fields=["sender_id", "text", "created_at"])
    )
    sender = field(listed.data[0], "sender_id")
    sent = support.direct_messages.create_by_participant_id(sender, CreateByParticipantIdRequest(text="We are here"))
    assert sent.data.dm_event_id, sent
    assert support.direct_messages.delete_events(sent.data.dm_event_id).data.deleted

    step("replay and clean-up")
    stamp = lambda seconds: time.strftime("%Y%m%d%H%M", time.gmtime(time.time() + seconds))
    job = app.webhooks.create_webhook_replay_job(
        CreateWebhookReplayJobRequest(webhook_id=hook.data.id, from_date=stamp(-120), to_date=stamp(60))
    )
    assert field(job.data, "job_id"), job
    assert app.activity.delete_subscription(created.data.subscription.subscription_id).data.deleted
    assert app.webhooks.delete(hook.data.id).data.deleted
    step("done")


main()
