//! The cost meter: what each app was charged for, by day.

use crate::error::Result;
use crate::open::Store;
use domain::id::AppId;
use domain::people::Scope;
use serde::Serialize;

/// One line of the meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Which app.
    pub app: AppId,
    /// Day in UTC, `2026-11-22`.
    pub day: String,
    /// Key in the network's price list.
    pub what: String,
    /// How many.
    pub count: i64,
    /// Millionths of a US dollar.
    pub micros: i64,
}

impl Store {
    /// The meter from one day to another, both included, newest day first.
    pub async fn costs(&self, scope: &Scope, from_day: &str, to_day: &str) -> Result<Vec<Cost>> {
        let rows = self
            .main
            .fetch_all(
                "SELECT app_id, day, what, count, micros FROM cost WHERE workspace_id = $1 AND day >= $2 AND day <= $3
                 ORDER BY day DESC, app_id, what LIMIT 10000",
                &[scope.workspace.into(), from_day.into(), to_day.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Cost {
                    app: row.id("app_id")?,
                    day: row.text("day")?,
                    what: row.text("what")?,
                    count: row.int("count")?,
                    micros: row.int("micros")?,
                })
            })
            .collect()
    }
}
