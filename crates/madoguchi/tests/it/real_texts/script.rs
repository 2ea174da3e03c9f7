//! The seeded script: who writes which text when, in which thread, to which of our accounts; and the ledger of it.

use crate::scene::{BRAND, HELP};
use serde_json::Value;
use simulator::{NewPost, Random};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const AUTHORS: usize = 8_000;
const DAYS: i64 = 14;
const DAY_MS: i64 = 86_400_000;
/// Share of texts in each hour of a day, in thousandths: quiet nights, a peak in the evening.
const CURVE: [u64; 24] = [12, 8, 6, 5, 6, 11, 22, 38, 52, 58, 60, 58, 56, 55, 54, 55, 58, 62, 68, 72, 66, 54, 38, 26];
/// X's ids: milliseconds since 2010-11-04, and 22 bits.
const EPOCH_MS: i64 = 1_288_834_974_657;

/// One message as it must be stored.
pub struct Wanted {
    /// The network's id.
    pub id: String,
    /// Handle of the person it is talked about with.
    pub with: String,
    /// Id of the thread's first post.
    pub root: String,
    /// Whether it is an answer of ours.
    pub ours: bool,
    /// When it was written.
    pub at_ms: i64,
    /// What people read.
    pub text: String,
    /// Which of our accounts it reaches.
    pub seen_by: BTreeSet<String>,
}

/// Everything that will be posted, in the order of time, and the ledger.
pub struct Script {
    /// What people post, and what we answered.
    pub posts: Vec<NewPost>,
    /// What must be there.
    pub wanted: Vec<Wanted>,
    /// Texts of customers.
    pub texts: usize,
    /// Threads.
    pub threads: usize,
    /// Authors who wrote.
    pub people: usize,
}

struct Text {
    text: String,
    first_reply: String,
}

fn read_texts() -> Option<Vec<Text>> {
    let Some(folder) = std::env::var_os("MADOGUCHI_TEST_DATA") else {
        println!("skipped: needs the test data");
        return None;
    };
    let folder = PathBuf::from(folder).join("data/twcs_airlines");
    let mut texts = Vec::new();
    for name in ["train.jsonl", "dev.jsonl"] {
        let file = std::fs::read_to_string(folder.join(name)).unwrap();
        for line in file.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| {
                line[name].as_str().unwrap().replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
            };
            texts.push(Text { text: field("text"), first_reply: field("first_reply") });
        }
    }
    Some(texts)
}

/// An open place in a thread: the post that was written last there.
struct Place {
    root: String,
    last: u64,
    at_ms: i64,
    person: String,
    /// The account of ours that was addressed.
    account: &'static str,
    /// What we answered.
    answer: String,
}

struct Writer {
    random: Random,
    script: Script,
    sequence: i64,
    people: BTreeSet<String>,
    open: Vec<Place>,
}

fn time(at_ms: i64) -> String {
    simulator::timestamp(at_ms)
}

impl Script {
    /// Reads the texts and writes the script; `None` (said aloud) without the test data.
    pub fn read(seed: u64, limit: usize) -> Option<Self> {
        let mut texts = read_texts()?;
        texts.truncate(limit);
        let mut random = Random::new(seed);
        let mut moments: Vec<i64> = texts.iter().map(|_| moment(&mut random)).collect();
        moments.sort_unstable();
        random.shuffle(&mut texts);
        let script = Self { posts: Vec::new(), wanted: Vec::new(), texts: texts.len(), threads: 0, people: 0 };
        let mut writer = Writer { random, script, sequence: 0, people: BTreeSet::new(), open: Vec::new() };
        for (text, at_ms) in texts.into_iter().zip(moments) {
            writer.write(text, at_ms);
        }
        let mut script = writer.script;
        script.people = writer.people.len();
        Some(script)
    }
}

/// A moment of the fourteen days before the script's end, more likely at noon than at night.
fn moment(random: &mut Random) -> i64 {
    // 2026-03-01T00:00:00Z: long enough ago that nothing lies in the future.
    let begin = 1_772_323_200_000;
    let total: u64 = CURVE.iter().sum();
    let mut drawn = random.bits() % total;
    let hour = CURVE.iter().position(|share| {
        let here = drawn < *share;
        drawn = drawn.saturating_sub(*share);
        here
    });
    let day = i64::try_from(random.bits() % u64::try_from(DAYS).unwrap()).unwrap();
    let within = i64::try_from(random.bits() % 3_600_000).unwrap();
    begin + day * DAY_MS + i64::try_from(hour.unwrap_or(12)).unwrap() * 3_600_000 + within
}

impl Writer {
    fn id(&mut self, at_ms: i64) -> u64 {
        self.sequence += 1;
        u64::try_from(((at_ms - EPOCH_MS) << 22) | (self.sequence & 0x3f_ffff)).unwrap()
    }

    fn person(&mut self) -> String {
        let known = self.people.len();
        let number = if known < AUTHORS && (known == 0 || self.random.bits().is_multiple_of(3)) {
            known
        } else {
            // Few write often, many once.
            self.random.below(known).min(self.random.below(known))
        };
        let person = format!("flyer_{number:04}");
        self.people.insert(person.clone());
        person
    }

    fn write(&mut self, text: Text, at_ms: i64) {
        let (named, accounts) = self.addressed(&text.text);
        let follows = self.random.bits().is_multiple_of(3) && !self.open.is_empty();
        if follows {
            self.follow_up(&named, &accounts, text.first_reply, at_ms);
        } else {
            self.begin(&named, &accounts, text.first_reply, at_ms);
        }
    }

    /// `@company` becomes the brand's handle, the support's, or both.
    fn addressed(&mut self, text: &str) -> (String, Vec<&'static str>) {
        let accounts = match self.random.bits() % 5 {
            0 | 1 => vec![BRAND],
            2 | 3 => vec![HELP],
            _ => vec![BRAND, HELP],
        };
        let handles = accounts.iter().map(|handle| format!("@{handle}")).collect::<Vec<_>>().join(" ");
        let named = text.replacen("@company", &handles, 1);
        // The first one names us; further ones must not run together with the words around them.
        let named = named.replace("@company", "the company");
        let named = if text.contains("@company") { named } else { format!("{handles} {named}") };
        (named, accounts)
    }

    fn begin(&mut self, text: &str, accounts: &[&'static str], answer: String, at_ms: i64) {
        let person = self.person();
        let id = self.id(at_ms);
        let root = id.to_string();
        self.post(&person, &person, text, id, None, &root, at_ms, accounts);
        self.script.threads += 1;
        let account = accounts.first().copied().unwrap_or(HELP);
        self.open.push(Place { root, last: id, at_ms, person, account, answer });
    }

    /// Our earlier answer, and what somebody says to it: mostly the person whom we answered, sometimes another.
    fn follow_up(&mut self, text: &str, accounts: &[&'static str], answer: String, at_ms: i64) {
        let chosen = usize::try_from(self.random.bits() % self.open.len().min(400) as u64).unwrap();
        // Recent threads go on, old ones rest.
        let place = self.open.remove(self.open.len() - 1 - chosen);
        if at_ms - place.at_ms < 2 {
            // No room for our answer between the two.
            self.open.push(place);
            return self.begin(text, accounts, answer, at_ms);
        }
        let answered_at = place.at_ms + (at_ms - place.at_ms) / 2;
        let ours = self.id(answered_at);
        let words = place.answer.replace("__cust__", &format!("@{}", place.person));
        self.post(place.account, &place.person, &words, ours, Some(place.last), &place.root, answered_at, &[]);
        let person = if self.random.bits().is_multiple_of(10) { self.person() } else { place.person };
        let id = self.id(at_ms);
        let mut reached = accounts.to_vec();
        reached.push(place.account);
        self.post(&person, &person, text, id, Some(ours), &place.root, at_ms, &reached);
        self.open.push(Place { root: place.root, last: id, at_ms, person, account: place.account, answer });
    }

    #[expect(clippy::too_many_arguments, reason = "one line of the script")]
    fn post(
        &mut self,
        author: &str,
        with: &str,
        text: &str,
        id: u64,
        in_reply_to: Option<u64>,
        root: &str,
        at_ms: i64,
        reached: &[&str],
    ) {
        self.script.posts.push(NewPost {
            author: author.to_owned(),
            text: text.to_owned(),
            in_reply_to,
            at: Some(time(at_ms)),
            id: Some(id),
            exact: true,
            lang: Some("en".to_owned()),
            ..NewPost::default()
        });
        self.script.wanted.push(Wanted {
            id: id.to_string(),
            with: with.to_owned(),
            root: root.to_owned(),
            ours: author == BRAND || author == HELP,
            at_ms,
            text: text.to_owned(),
            seen_by: reached.iter().map(|&handle| handle.to_owned()).collect(),
        });
    }
}

#[test]
fn the_script_is_the_same_every_time() {
    let (Some(first), Some(second)) = (Script::read(1, 3_000), Script::read(1, 3_000)) else { return };
    let ids = |script: &Script| script.wanted.iter().map(|wanted| wanted.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&first), ids(&second));
    let follow_ups = first.wanted.iter().filter(|wanted| !wanted.ours && wanted.id != wanted.root).count();
    assert!((900..1_100).contains(&follow_ups), "{follow_ups} of 3000 are follow-ups");
    let mut hours: BTreeMap<i64, usize> = BTreeMap::new();
    for wanted in first.wanted.iter().filter(|wanted| !wanted.ours) {
        *hours.entry(wanted.at_ms / 3_600_000 % 24).or_default() += 1;
    }
    assert!(hours[&19] > hours[&3] * 5, "{hours:?}");
}
