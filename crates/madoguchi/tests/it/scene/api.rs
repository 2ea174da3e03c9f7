//! The product's REST API, as a program uses it.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// A client with a key.
#[derive(Clone)]
pub struct Api {
    address: String,
    token: String,
    client: reqwest::Client,
}

impl Api {
    /// A client of the product at an address.
    pub fn new(address: &str, token: &str) -> Self {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { address: address.to_owned(), token: token.to_owned(), client }
    }

    /// One call; an error means that no answer came.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> reqwest::Result<(StatusCode, Value)> {
        let mut request =
            self.client.request(method, format!("{}/api/v1{path}", self.address)).bearer_auth(&self.token);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        let bytes = response.bytes().await?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// A GET that must go well.
    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None, None).await.unwrap();
        assert!(status.is_success(), "GET {path}: {status} {body}");
        body
    }

    /// A POST that must go well.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, None, Some(body)).await.unwrap();
        assert!(status.is_success(), "POST {path}: {status} {answer}");
        answer
    }

    /// A DELETE that must go well.
    pub async fn delete(&self, path: &str) {
        let (status, answer) = self.call(Method::DELETE, path, None, None).await.unwrap();
        assert!(status.is_success(), "DELETE {path}: {status} {answer}");
    }

    /// The answer of a probe such as `/readyz`.
    pub async fn probe(&self, path: &str) -> StatusCode {
        self.client.get(format!("{}{path}", self.address)).send().await.unwrap().status()
    }
}
