//! Attacks by and on files: what they pretend to be, where they were taken, who may have them and for how long.

use crate::world::{Answer, Browser, World, on_every_engine};
use axum::http::StatusCode;
use jiff::SignedDuration;
use store::testing::sqlite;

pub async fn upload(world: &World, browser: &Browser, name: &str, bytes: &[u8]) -> Answer {
    let mut body = format!(
        "--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--line--\r\n");
    let ask = world.post("/api/v1/attachments").by(browser).bytes(body);
    ask.header("content-type", "multipart/form-data; boundary=line").send().await
}

/// The smallest JPEG that says where it was taken: EXIF with an orientation of 6 and a place.
fn photo() -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPSLatitude 52.5200 GPSLongitude 13.4050");
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe1];
    jpeg.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    jpeg.extend_from_slice(&exif);
    // A frame of 1 × 1 pixels, a scan, the end.
    jpeg.extend_from_slice(&[0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0]);
    jpeg.extend_from_slice(&[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x7f, 0xff, 0xd9]);
    jpeg
}

#[tokio::test]
async fn attack_19_nothing_but_a_plain_image_is_shown_on_our_origin() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice();
        let html = b"<!doctype html><script>alert(1)</script>".as_slice();
        let pdf = b"%PDF-1.7 /JavaScript".as_slice();
        for (name, bytes) in [("a.svg", svg), ("a.png", html), ("a.jpg.html", html), ("a.pdf", pdf)] {
            let made = upload(&world, &agent, name, bytes).await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
            let file = world.get(made.json()["url"].as_str().unwrap()).send().await;
            assert_eq!(file.status, StatusCode::OK);
            assert_eq!(file.header("content-type"), "application/octet-stream", "{name}");
            assert!(file.header("content-disposition").starts_with("attachment;"), "{name}");
            assert!(file.header("content-security-policy").contains("sandbox"), "{name}");
            assert_eq!(file.header("x-content-type-options"), "nosniff");
        }
        let made = upload(&world, &agent, "photo.html", &photo()).await.json();
        let file = world.get(made["url"].as_str().unwrap()).send().await;
        assert_eq!(file.header("content-type"), "image/jpeg");
        assert!(file.header("content-disposition").starts_with("inline;"));
    })
    .await;
}

#[tokio::test]
async fn attack_57_a_name_leads_nowhere() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let made = upload(&world, &agent, "../../../../tmp/escaped.txt", b"hello").await.json();
        assert_eq!(made["name"], "escaped.txt");
        let id = made["id"].as_str().unwrap();
        let kept = world.edge.store.data.join("attachments").join(world.ours.workspace.to_string()).join(id);
        assert_eq!(std::fs::read(kept).unwrap(), b"hello");
        for at in [
            "/attachments/..%2f..%2fkey",
            "/files/..%2f..%2fkey",
            "/assets/x/..%2f..%2fkey",
            "/api/v1/attachments/..%2fkey",
            "/files/%00",
        ] {
            let answer = world.get(at).by(&agent).send().await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{at}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_59_an_address_is_sealed_short_lived_and_one_companys() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let owner = world.browser(&world.ours.owner).await;
        let theirs = world.browser(&world.theirs.owner).await;
        let made = upload(&world, &agent, "a.txt", b"hello").await.json();
        let (id, url) = (made["id"].as_str().unwrap(), made["url"].as_str().unwrap());
        assert_eq!(world.get(url).send().await.text, "hello");
        assert_eq!(world.get(&format!("/attachments/{id}")).by(&agent).send().await.status, StatusCode::SEE_OTHER);
        for (who, browser) in [("a colleague, before it is sent", &owner), ("another company", &theirs)] {
            assert_eq!(
                world.get(&format!("/attachments/{id}")).by(browser).send().await.status,
                StatusCode::NOT_FOUND,
                "{who}"
            );
        }
        assert_eq!(world.get(&format!("/attachments/{id}")).send().await.status, StatusCode::UNAUTHORIZED);
        let mut forged = url.to_owned();
        forged.replace_range(url.len() - 2.., "AA");
        assert_eq!(world.get(&forged).send().await.status, StatusCode::NOT_FOUND);
        world.clock.forward(SignedDuration::from_mins(11));
        assert_eq!(world.get(url).send().await.status, StatusCode::NOT_FOUND, "expired");
    })
    .await;
}

#[tokio::test]
async fn attack_60_uploads_need_a_session_fit_a_size_and_a_quota() {
    let world = World::over(sqlite().await, |settings| {
        settings.upload_bytes = 1000;
        settings.upload_quota = 10_000;
    })
    .await;
    let agent = world.browser(&world.ours.agent).await;
    let nobody = world
        .post("/api/v1/attachments")
        .header("content-type", "multipart/form-data; boundary=x")
        .bytes("--x--")
        .send()
        .await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(upload(&world, &agent, "a", &[b'x'; 1001]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let many = futures::future::join_all((0..5).map(|_| upload(&world, &agent, "a", &[b'x'; 1000]))).await;
    let kept = many.iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    assert_eq!(kept, 2, "the quota is counted one by one, and a small file takes a block of the disk too");
    let full = many.iter().find(|answer| answer.status != StatusCode::CREATED).unwrap();
    assert_eq!(full.code(), "upload_quota");
    assert_eq!(upload(&world, &agent, "a", b"").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn attack_61_where_a_photo_was_taken_is_not_kept() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let made = upload(&world, &agent, "photo.jpg", &photo()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let kept = world.edge.store.data.join("attachments").join(world.ours.workspace.to_string()).join(id);
        let bytes = std::fs::read(kept).unwrap();
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!holds(b"GPSLatitude"));
        assert!(holds(b"Exif"), "the turn of the camera stays");
    })
    .await;
}
