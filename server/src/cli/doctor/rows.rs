//! Rows that nothing holds: where no foreign key can say what belongs to what.

use super::report::Report;
use crate::cli::Failure;
use crate::db::{Tx, sql};

const ASK: &str = "it was changed by hand: restore a backup of before, or ask for help";

/// Keys of a kind whose subject is not there.
macro_rules! keys_of_nothing {
    ($scope:literal, $table:literal) => {
        concat!(
            "select cast(count(*) as bigint) from data_keys k where k.scope = '",
            $scope,
            "' and not exists (select 1 from ",
            $table,
            " s where s.programme_id = k.programme_id and s.id = k.subject_id)"
        )
    };
}

/// Sealed values that nothing ended, whose key is not there.
macro_rules! sealed_without_key {
    ($scope:literal, $table:literal, $sealed:literal, $more:literal) => {
        concat!(
            "select cast(count(*) as bigint) from ",
            $table,
            " s where length(s.",
            $sealed,
            ") > 0 ",
            $more,
            " and not exists (select 1 from data_keys k
              where k.programme_id = s.programme_id and k.scope = '",
            $scope,
            "' and k.subject_id = s.id)"
        )
    };
}

/// Each counts rows, and must count none.
const RULES: [(&str, &str); 17] = [
    ("keys of sites that are not there", keys_of_nothing!("site", "sites")),
    ("keys of outings that are not there", keys_of_nothing!("outing", "outings")),
    ("keys of peers that are not there", keys_of_nothing!("identity", "peers")),
    ("keys of lists that are not there", keys_of_nothing!("list", "allowance_lists")),
    ("keys of pictures that are not there", keys_of_nothing!("photo", "photos")),
    ("keys of accounts that are not there", keys_of_nothing!("account", "accounts")),
    ("keys of requests that are not there", keys_of_nothing!("request", "third_party_requests")),
    (
        "discreet sites whose key is not there",
        sealed_without_key!("site", "sites", "sealed", "and s.nature = 'discreet'"),
    ),
    (
        "civil names whose key is not there",
        sealed_without_key!("identity", "peers", "sealed_identity", ""),
    ),
    (
        "lists whose key is not there",
        sealed_without_key!("list", "allowance_lists", "sealed", ""),
    ),
    (
        "pictures whose key is not there",
        sealed_without_key!("photo", "photos", "sealed", ""),
    ),
    (
        "second factors whose key is not there",
        sealed_without_key!("account", "accounts", "sealed_totp", ""),
    ),
    (
        "requests whose key is not there",
        sealed_without_key!("request", "third_party_requests", "sealed", ""),
    ),
    (
        "outings with sealed words whose key is neither there nor ended",
        "select cast(count(*) as bigint) from outings o
         where exists (select 1 from facts f
             where f.programme_id = o.programme_id and f.outing_id = o.id and f.sealed is not null)
           and not exists (select 1 from data_keys k
             where k.programme_id = o.programme_id and k.scope = 'outing' and k.subject_id = o.id)
           and not exists (select 1 from ended_keys e
             where e.programme_id = o.programme_id and e.scope = 'outing' and e.subject_id = o.id)",
    ),
    (
        "duplicates of sites that are not there",
        "select cast(count(*) as bigint) from sites d
         where d.merged_into is not null and not exists (
           select 1 from sites s where s.programme_id = d.programme_id and s.id = d.merged_into)",
    ),
    (
        "outings of a series that is not there",
        "select cast(count(*) as bigint) from outings o
         where o.series_id is not null and not exists (
           select 1 from series s where s.programme_id = o.programme_id and s.id = o.series_id)",
    ),
    (
        "tokens of accounts or peers that are not there",
        "select cast(count(*) as bigint) from api_tokens t
         where not exists (select 1 from programmes p where p.id = t.programme_id)
           or (t.account_id is not null and not exists (
             select 1 from accounts a where a.programme_id = t.programme_id and a.id = t.account_id))
           or (t.peer_id is not null and not exists (
             select 1 from peers e where e.programme_id = t.programme_id and e.id = t.peer_id))",
    ),
];

pub(super) async fn look(tx: &mut Tx, report: &mut Report) -> Result<(), Failure> {
    let mut faults = 0;
    for (what, text) in RULES {
        let (count,): (i64,) = sql(text).one(tx).await?;
        if count > 0 {
            faults += 1;
            report.fault("rows", format!("{count} {what}"), ASK);
        }
    }
    if faults == 0 {
        report.well("rows", "whatever belongs to something has it");
    }
    Ok(())
}
