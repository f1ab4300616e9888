//! Leading an outing from the pavement: each act of the team's screen is one fact of the same
//! outbox, and a mark of it in the same transaction.

use super::desk::Desk;
use super::lead::{Mark, NEWCOMER, OPENING, PHONE_CONFIRMED, PRESENCE};
use super::team::{Team, TeamAct, newcomer, phone_confirmed, presence, truth};
use crate::browser;
use domain::fact::Whose;
use domain::{DeviceId, PeerId};

impl Desk {
    /// Does what was tapped on the team's screen.
    #[inline(never)]
    pub(super) fn lead(self, act: TeamAct) {
        match act {
            TeamAct::Open => self.give_green_light(),
            TeamAct::Newcomer => self.add_newcomer(),
            TeamAct::Presence(peer, present) => {
                self.say(presence(peer, present), presence_mark(peer, present));
            }
            TeamAct::Phone(device, whose) => self.confirm_phone(device, whose),
            prepared => self.prepare(prepared),
        }
    }

    /// What is only prepared on the screen.
    fn prepare(self, act: TeamAct) {
        self.change(|it| {
            let (team, lead) = (&mut it.team, it.pack.lead.as_ref());
            let equipment = lead.map_or(&[][..], |it| &it.equipment);
            match act {
                TeamAct::Staff(role, more) => team.count(role, more),
                TeamAct::Check(at) => {
                    if let Some(item) = equipment.get(at) {
                        team.check(&item.code);
                    }
                }
                TeamAct::AllThere => {
                    team.checked = equipment.iter().map(|it| it.code.clone()).collect();
                }
                TeamAct::Anyway => team.anyway = true,
                TeamAct::Reason(at) => team.reason = Some(at),
                TeamAct::AllSigns => team.all_signs = true,
                TeamAct::Sign(at) => {
                    team.sign = Some(at);
                    team.all_signs = false;
                }
                _ => {}
            }
        });
    }

    /// Keeps one fact, and what it says as the latest word about it.
    fn say(self, data: String, mark: Mark) {
        self.record(mark.kind, data, move |_, ledger| {
            ledger.marks.say(mark.clone());
            true
        });
    }

    fn give_green_light(self) {
        let hour = browser::hour_of(&browser::rfc3339(browser::now_ms()));
        let why = browser::typed("why");
        let data = self.read(|it| Some(it.team.opening(it.pack.lead.as_ref()?, &why)));
        let Some(data) = data else { return };
        let mark = mark(OPENING, String::new(), &hour, "");
        self.record(OPENING, data, move |_, ledger| {
            // It is given once, also by two tabs.
            let first = ledger.marks.word(OPENING, "").is_none();
            ledger.marks.say(mark.clone());
            first
        });
        self.change(|it| {
            it.sheet = None;
            it.team = Team::default();
        });
    }

    fn add_newcomer(self) {
        let sign = self.read(|it| {
            let lead = it.pack.lead.as_ref()?;
            lead.signs.get(it.team.sign?).cloned()
        });
        let made = browser::new_fact_id(browser::now_ms());
        let (Some(sign), Ok(made)) = (sign, made) else {
            return;
        };
        let peer = PeerId(made.0);
        let typed = browser::typed("pseudonym");
        let pseudonym = match typed.trim() {
            "" => &sign.words,
            typed => typed,
        };
        let id = peer.to_string();
        let word = mark(NEWCOMER, id.clone(), &sign.code, pseudonym);
        self.say(newcomer(peer, pseudonym, &sign.code), word);
        let there = presence_mark(peer, true);
        self.record(PRESENCE, presence(peer, true), move |_, ledger| {
            ledger.marks.say(there.clone());
            // Should the newcomer not be kept, nothing is said of them.
            ledger.marks.word(NEWCOMER, &id).is_some()
        });
        self.change(|it| {
            it.sheet = None;
            it.team.sign = None;
            it.team.all_signs = false;
        });
    }

    fn confirm_phone(self, device: DeviceId, whose: Whose) {
        let word = mark(PHONE_CONFIRMED, device.to_string(), whose.code(), "");
        self.say(phone_confirmed(device, whose), word);
    }
}

fn presence_mark(peer: PeerId, present: bool) -> Mark {
    mark(PRESENCE, peer.to_string(), truth(present), "")
}

fn mark(kind: &'static str, about: String, word: &str, more: &str) -> Mark {
    Mark {
        kind,
        about,
        word: word.to_owned(),
        more: more.to_owned(),
    }
}
