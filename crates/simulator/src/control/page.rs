//! The control page for people: write as a customer, start and stop the stream, break things.

use crate::World;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::json;

/// Style of all pages: one column, readable at 390 px, light and dark.
pub(crate) const STYLE: &str = "
:root{color-scheme:light dark;--line:light-dark(#d5dbd9,#3a4442);--soft:light-dark(#f3f6f5,#1c2322);--accent:light-dark(#0b6b5d,#5fd0bd);--muted:light-dark(#5a6663,#a0aca9);--on:light-dark(#fff,#06201c)}
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;background:light-dark(#fff,#131817);color:light-dark(#16201e,#e6ecea);overflow-wrap:anywhere}
header,main{max-width:60rem;margin:0 auto;padding:.75rem 1rem}main.narrow{max-width:38rem}header{display:flex;gap:1rem;align-items:baseline}
h1{font-size:1.25rem;margin:.5rem 0}h2{font-size:1rem;margin:0 0 .5rem}a{color:var(--accent)}.muted{color:var(--muted);font-weight:400}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
.box,article{border:1px solid var(--line);border-radius:.6rem;padding:.85rem;background:var(--soft);margin:0 0 .75rem}
article.focus{border-color:var(--accent);border-width:2px}article p{margin:.15rem 0}.text{white-space:pre-wrap}.counts{font-size:.85rem}blockquote{margin:.4rem 0;padding-left:.6rem;border-left:3px solid var(--line)}
label{display:block;margin:.4rem 0;font-size:.9rem}input,select,textarea{display:block;width:100%;font:inherit;padding:.45rem .55rem;border:1px solid var(--line);border-radius:.4rem;background:light-dark(#fff,#131817);color:inherit}
button{font:inherit;min-height:2.5rem;padding:.3rem .9rem;border:1px solid var(--accent);border-radius:.4rem;background:var(--accent);color:var(--on);cursor:pointer;margin:.25rem .25rem 0 0}button.quiet{background:none;color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}pre{white-space:pre-wrap;font-size:.8rem;margin:0}dl{display:grid;grid-template-columns:auto 1fr;gap:.15rem .9rem;margin:0}dt{color:var(--muted)}dd{margin:0}";

const SCRIPT: &str = "
const out=document.getElementById('out');
async function send(path,body,method='POST'){const r=await fetch('/control/'+path,{method,headers:{'content-type':'application/json'},body:method==='DELETE'?undefined:JSON.stringify(body)});const t=await r.text();out.textContent=(r.ok?'✓ ':'✗ ')+path+' '+t.slice(0,400);refresh()}
function value(v){if(v==='')return undefined;return v}
for(const f of document.forms)f.addEventListener('submit',e=>{e.preventDefault();const b={};for(const [k,v] of new FormData(f,e.submitter))if(k!=='path'&&value(v)!==undefined)b[k]=f.elements[k]?.type==='number'?Number(v):v;send(e.submitter?.dataset.path||f.dataset.path,b)});
for(const b of document.querySelectorAll('button[data-body]'))b.addEventListener('click',()=>send(b.dataset.path,JSON.parse(b.dataset.body),b.dataset.method||'POST'));
async function refresh(){const s=await(await fetch('/control/state')).json();for(const e of document.querySelectorAll('[data-show]')){const v=e.dataset.show.split('.').reduce((o,k)=>o?.[k],s);e.textContent=v===null||v===undefined?'–':Array.isArray(v)?v.length:v}}
refresh();setInterval(refresh,2000);";

pub(crate) fn router() -> Router<World> {
    Router::new().route("/", get(show))
}

fn fault_button(label: &str, body: &str) -> Markup {
    html! { button type="button" class="quiet" data-path="faults" data-body=(body) { (label) } }
}

/// What can be done to one of the company's accounts: label, path, body.
fn account_orders(username: &str) -> [(&'static str, String, String); 4] {
    let level = format!("accounts/{username}/access_level");
    let account = json!({ "account": username }).to_string();
    [
        ("Self-serve", level.clone(), json!({ "access_level": "self_serve" }).to_string()),
        ("Enterprise", level, json!({ "access_level": "enterprise" }).to_string()),
        ("Token expires", "tokens/expire".to_owned(), account.clone()),
        ("Permission taken back", "tokens/revoke".to_owned(), account),
    ]
}

async fn show(State(world): State<World>) -> Markup {
    let mut ours: Vec<(String, String)> = {
        let state = world.lock();
        state
            .users
            .values()
            .filter(|user| user.verified)
            .map(|user| (user.username.clone(), user.name.clone()))
            .collect()
    };
    ours.sort();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Simulated networks" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { "Simulated X" } span class="muted" { "people, stream and faults" } }
                main {
                    p role="status" aria-live="polite" id="out" class="muted" { "Ready." }
                    div class="grid" {
                        section class="box" {
                            h2 { "Post as a customer" }
                            form data-path="post" {
                                label { "Handle" input name="author" value="mika_sendai" required; }
                                label { "Text" textarea name="text" rows="3" required { "@aobabank " } }
                                label { "Reply to post id (optional)" input name="in_reply_to" inputmode="numeric"; }
                                button { "Post" }
                            }
                        }
                        section class="box" {
                            h2 { "Private message as a customer" }
                            form data-path="dm" {
                                label { "Handle" input name="from" value="mika_sendai" required; }
                                label { "To" select name="to" { @for (username, name) in &ours { option value=(username) { (name) " (@" (username) ")" } } } }
                                label { "Text" textarea name="text" rows="3" required {} }
                                button { "Send" }
                            }
                        }
                        section class="box" {
                            h2 { "Customers" }
                            form data-path="customers/start" {
                                label { "Items a minute" input name="per_minute" type="number" min="1" max="600000" value="12"; }
                                button { "Start" }
                                button type="button" class="quiet" data-path="customers/stop" data-body="{}" { "Stop" }
                                button type="button" class="quiet" data-path="customers/burst" data-body=r#"{"factor":100,"seconds":10}"# { "Burst ×100, 10 s" }
                                button type="button" class="quiet" data-path="customers/outage" data-body=r#"{"count":25}"# { "Outage: 25 posts" }
                            }
                        }
                        section class="box" {
                            h2 { "Faults" }
                            (fault_button("Duplicate webhooks 20 %", r#"{"kind":"duplicate","probability":0.2}"#))
                            (fault_button("Reorder webhooks", r#"{"kind":"reorder","delay_ms":3000,"probability":0.5}"#))
                            (fault_button("Lose 5 webhooks", r#"{"kind":"lose","count":5}"#))
                            (fault_button("429 for the next post, reset in 30 s", r#"{"kind":"rate_limit","endpoint":"POST /2/tweets","count":1,"reset_seconds":30}"#))
                            (fault_button("503, three calls", r#"{"kind":"server_error","count":3}"#))
                            (fault_button("Next post: accepted, then silence", r#"{"kind":"timeout_after","endpoint":"POST /2/tweets","count":1,"delay_ms":15000}"#))
                            (fault_button("Next post: silence, not accepted", r#"{"kind":"timeout_before","endpoint":"POST /2/tweets","count":1,"delay_ms":15000}"#))
                            (fault_button("Slow answers, 2 s", r#"{"kind":"slow","delay_ms":2000}"#))
                            button type="button" class="quiet" data-path="webhooks" data-body=r#"{"valid":false}"# { "X gives the webhooks up" }
                            button type="button" class="quiet" data-path="streams/cut" data-body="{}" { "Cut open streams" }
                            button type="button" data-path="faults" data-method="DELETE" data-body="{}" { "Clear faults" }
                        }
                        section class="box" {
                            h2 { "Accounts and plans" }
                            @for (username, name) in &ours {
                                p { (name) " @" (username) }
                                @for (label, path, body) in account_orders(username) {
                                    button type="button" class="quiet" data-path=(path) data-body=(body) { (label) }
                                }
                            }
                        }
                        section class="box" {
                            h2 { "State" }
                            dl {
                                dt { "Time" } dd data-show="now" {}
                                dt { "Accounts" } dd data-show="accounts" {}
                                dt { "Posts" } dd data-show="posts" {}
                                dt { "Private messages" } dd data-show="messages" {}
                                dt { "Webhooks" } dd data-show="webhooks" {}
                                dt { "Subscriptions" } dd data-show="subscriptions" {}
                                dt { "Deliveries due" } dd data-show="deliveries.due" {}
                                dt { "Delivered" } dd data-show="deliveries.delivered" {}
                                dt { "Given up" } dd data-show="deliveries.failed" {}
                                dt { "On their way" } dd data-show="deliveries.pending" {}
                                dt { "Faults standing" } dd data-show="faults" {}
                                dt { "Customers a minute" } dd data-show="customers" {}
                            }
                        }
                        section class="box" {
                            h2 { "Timelines" }
                            ul { @for (username, name) in &ours { li { a href={ "/x/" (username) } { (name) " @" (username) } } } }
                        }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}
