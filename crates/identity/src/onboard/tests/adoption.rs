//! Who is linked to what, who is asked about, and what is refused.

use super::{ids, known, row};
use crate::id::SysId;
use crate::onboard::{Adoption, Answer, ConflictKind, Existing, Known, MatchedBy, QuestionKind, adopt};
use crate::policy::{CorrelationRule, OnDoubt, OnRotation, Policy};
use crate::testing::policy;

fn adopted(rows: &[Existing], known: &[Known]) -> Adoption {
    adopt(&policy(), rows, known)
}

fn keyed(row: Existing, key: &str) -> Existing {
    Existing { key: Some(key.into()), ..row }
}

fn numbered(row: Existing, number: &str) -> Existing {
    Existing { employee_number: Some(number.into()), ..row }
}

fn with_number(known: Known, number: &str) -> Known {
    Known { employee_number: Some(number.into()), ..known }
}

fn ada() -> Existing {
    row("r1", "ada", "Ada", "Lovelace")
}

fn ada_known() -> Known {
    known("1", "ada", "Ada", "Lovelace")
}

#[track_caller]
fn links(adoption: &Adoption, expected: &[(&str, &str, MatchedBy)]) {
    let links: Vec<_> =
        adoption.links.iter().map(|it| (it.record.as_str(), it.known.as_str(), it.by)).collect();
    assert_eq!(links, expected, "{adoption:#?}");
}

#[track_caller]
fn asks(adoption: &Adoption, kind: QuestionKind, people: &[&str], records: &[&str]) {
    links(adoption, &[]);
    let [case] = adoption.cases.as_slice() else { panic!("{adoption:#?}") };
    assert_eq!(
        (case.kind, case.known.iter().map(String::as_str).collect::<Vec<_>>(), ids(&case.records)),
        (kind, people.to_vec(), records.to_vec())
    );
    assert!(case.evidence.len() > people.len() + records.len());
}

#[test]
fn the_key_comes_first_and_its_case_counts() {
    let rows = [keyed(ada(), "00u1"), row("r2", "ada.two", "Ada", "Lovelace")];
    links(&adopted(&rows, &[ada_known()]), &[("r1", "1", MatchedBy::Key)]);
    let other = Known { external_id: Some("00U1".into()), user_name: "al".into(), ..ada_known() };
    links(&adopted(&rows[..1], &[other]), &[]);
}

#[test]
fn a_number_links_and_the_key_is_to_be_seeded() {
    let rows = [numbered(row("r1", "old.login", "Ada", "King"), " e17")];
    let adoption = adopted(&rows, &[with_number(ada_known(), "E17")]);
    links(&adoption, &[("r1", "1", MatchedBy::EmployeeNumber)]);
    assert_eq!((adoption.links[0].seed.as_deref(), &adoption.links[0].replaces), (Some("00u1"), &None));
}

#[test]
fn a_login_links_without_regard_to_case_unless_something_speaks_against_it() {
    let rows = [Existing { user_name: "ADA ".into(), ..ada() }];
    links(&adopted(&rows, &[ada_known()]), &[("r1", "1", MatchedBy::UserName)]);
    asks(
        &adopted(&[row("r1", "ada", "Grace", "Hopper")], &[ada_known()]),
        QuestionKind::Contradicted,
        &["1"],
        &["r1"],
    );
    let other_number = [numbered(ada(), "E1")];
    asks(
        &adopted(&other_number, &[with_number(ada_known(), "E2")]),
        QuestionKind::Contradicted,
        &["1"],
        &["r1"],
    );
    asks(&adopted(&[keyed(ada(), "00uOld")], &[ada_known()]), QuestionKind::Contradicted, &["1"], &["r1"]);
}

#[test]
fn an_address_alone_only_asks() {
    let person =
        Known { emails: vec!["Ada@Example.com".into()], ..known("1", "a.lovelace", "Ada", "Lovelace") };
    asks(&adopted(&[ada()], std::slice::from_ref(&person)), QuestionKind::EmailMatch, &["1"], &["r1"]);
    let contradicted = adopted(&[numbered(ada(), "E1")], &[with_number(person, "E2")]);
    assert_eq!((contradicted.cases.len(), contradicted.newcomers.len()), (0, 1));
}

#[test]
fn what_is_empty_is_no_key() {
    let empty = Existing { email: Some(" ".into()), key: Some(String::new()), ..row("r1", " ", "", "") };
    let person = Known { external_id: Some(" ".into()), emails: vec![String::new()], ..Known::new("1", "") };
    let adoption = adopted(&[numbered(empty, "0")], &[with_number(person, "0")]);
    assert_eq!((adoption.unclaimed.len(), adoption.newcomers.len()), (1, 1), "{adoption:#?}");
}

#[test]
fn a_rotated_key_is_what_the_policy_says() {
    let rows = [numbered(keyed(ada(), "00uOld"), "E17")];
    let people = [with_number(ada_known(), "E17")];
    let told = |rotated| {
        let mut policy: Policy = policy();
        policy.correlation.rotated_external_id = rotated;
        adopt(&policy, &rows, &people)
    };
    let relinked = told(OnRotation::Relink);
    links(&relinked, &[("r1", "1", MatchedBy::EmployeeNumber)]);
    assert_eq!(relinked.links[0].replaces.as_deref(), Some("00uOld"));
    asks(&told(OnRotation::Review), QuestionKind::RotatedKey, &["1"], &["r1"]);
    assert_eq!(told(OnRotation::Reject).conflicts[0].kind, ConflictKind::Refused);
}

#[test]
fn a_duplicate_is_a_case_unless_the_key_decides() {
    let double = numbered(Existing { last_login: None, ..row("r2", "ada2", "Ada", "Lovelace") }, "E17");
    let rows = [numbered(ada(), "E17"), double];
    let people = [with_number(ada_known(), "E17")];
    let asked = adopted(&rows, &people);
    asks(&asked, QuestionKind::SeveralRecords, &["1"], &["r1", "r2"]);
    assert_eq!(asked.cases[0].suggested, Some(SysId::new("r1")));

    let decided = adopted(&[keyed(rows[0].clone(), "00u1"), rows[1].clone()], &people);
    links(&decided, &[("r1", "1", MatchedBy::Key)]);
    assert!(decided.unclaimed[0].why.contains("one human being with record r1"), "{decided:#?}");
}

#[test]
fn a_double_without_the_number_is_in_the_case_too_unless_it_is_anothers() {
    let alike = Existing {
        last_login: None,
        phone: Some("020 7946 0001".into()),
        ..row("r2", "ada2", "Ada", "Lovelace")
    };
    let rows = [numbered(Existing { phone: alike.phone.clone(), ..ada() }, "E17"), alike];
    let people = [with_number(ada_known(), "E17"), known("2", "ada2", "Ada", "Lovelace")];
    asks(&adopted(&rows, &people[..1]), QuestionKind::SeveralRecords, &["1"], &["r1", "r2"]);
    let both = adopted(&rows, &people);
    links(&both, &[("r1", "1", MatchedBy::EmployeeNumber), ("r2", "2", MatchedBy::UserName)]);
}

#[test]
fn two_people_with_one_number_are_a_case() {
    let people = [with_number(ada_known(), "E17"), with_number(known("2", "x", "Ada", "Byron"), "E17")];
    asks(&adopted(&[numbered(ada(), "E17")], &people), QuestionKind::SeveralPeople, &["1", "2"], &["r1"]);
}

#[test]
fn a_program_is_never_linked_by_its_name() {
    let program = Existing { web_service_access_only: true, ..ada() };
    asks(&adopted(std::slice::from_ref(&program), &[ada_known()]), QuestionKind::NotAPerson, &["1"], &["r1"]);
    links(&adopted(&[keyed(program, "00u1")], &[ada_known()]), &[("r1", "1", MatchedBy::Key)]);
}

#[test]
fn a_second_account_with_the_same_number_is_left_alone() {
    let rows = [numbered(ada(), "E17"), numbered(row("r2", "adm-ada", "Ada", "Lovelace"), "E17")];
    let adoption = adopted(&rows, &[with_number(ada_known(), "E17")]);
    links(&adoption, &[("r1", "1", MatchedBy::EmployeeNumber)]);
    assert!(adoption.unclaimed[0].why.starts_with("no person's account"), "{adoption:#?}");
}

#[test]
fn keys_that_contradict_themselves_link_nobody() {
    let shared =
        adopted(&[keyed(ada(), "00u1"), keyed(row("r2", "x", "Ada", "Lovelace"), "00u1")], &[ada_known()]);
    assert_eq!((shared.links.len(), shared.conflicts[0].kind), (0, ConflictKind::RecordsShareKey));

    let twins = [ada_known(), Known { external_id: Some("00u1".into()), ..known("2", "b", "Bea", "Byron") }];
    let people = adopted(&[keyed(ada(), "00u1")], &twins);
    assert_eq!((people.links.len(), people.conflicts[0].kind), (0, ConflictKind::PeopleShareKey));

    let pasted = numbered(keyed(row("r1", "grace", "Grace", "Hopper"), "00u1"), "E9");
    let wrong = adopted(&[pasted], &[with_number(ada_known(), "E17")]);
    assert_eq!((wrong.links.len(), wrong.conflicts[0].kind), (0, ConflictKind::KeyContradicted));
}

#[test]
fn the_policy_says_which_rules_there_are_and_what_doubt_is() {
    let mut strict = policy();
    strict.correlation.rules = vec![CorrelationRule::EmployeeNumber];
    strict.correlation.ambiguous = OnDoubt::Reject;
    let stranger = [row("r1", "ada", "Grace", "Hopper")];
    assert_eq!(adopt(&strict, &stranger, &[ada_known()]).newcomers, ["1"]);
    let people = [with_number(ada_known(), "E17"), with_number(known("2", "x", "Ada", "Byron"), "E17")];
    assert_eq!(adopt(&strict, &[numbered(ada(), "E17")], &people).conflicts[0].kind, ConflictKind::Refused);
}

#[test]
fn whom_nobody_claims_and_who_is_new_is_told() {
    let busy = Existing { active: false, open_work: 2, ..row("r2", "grace", "Grace", "Hopper") };
    let adoption = adopted(&[ada(), busy], &[known("9", "zoe", "Zoë", "Baker")]);
    let why: Vec<_> = adoption.unclaimed.iter().map(|it| it.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "active, and nobody who is known; last login 1972-09-27",
            "inactive with 2 open tasks, and nobody who is known"
        ]
    );
    assert_eq!(adoption.newcomers, ["9"]);
}

#[test]
fn who_looks_like_the_owner_of_a_record_is_asked_about_and_no_newcomer() {
    let looks = |person: Known, record: Existing, why: &str| {
        let adoption = adopted(&[record], &[person]);
        asks(&adoption, QuestionKind::LooksAlike, &["1"], &["r1"]);
        assert!(adoption.cases[0].evidence.iter().any(|it| it == why), "{:#?}", adoption.cases[0].evidence);
    };
    looks(
        known("1", "ada@new.com", "Lovelace", "Adá"),
        row("r1", "al17", "Ada", "Lovelace"),
        "the names are equal",
    );
    let married = known("1", "ada.lovelace@new.com", "Ada", "King");
    looks(
        married,
        row("r1", "ada.lovelace", "Ada", "Lovelace"),
        "addresses or logins begin with `adalovelace`",
    );
    let zeros = numbered(row("r1", "al17", "Ada", "King"), "123");
    let said = "the employee numbers are `123` but for zeros before it";
    looks(with_number(known("1", "ada.l", "Ada", "Lovelace"), "00123"), zeros, said);
}

#[test]
fn zeros_before_a_number_are_no_contradiction() {
    let person = Known { emails: vec!["al17@example.com".into()], ..known("1", "ada.l", "Ada", "King") };
    let adoption =
        adopted(&[numbered(row("r1", "al17", "Ada", "Lovelace"), "123")], &[with_number(person, "00123")]);
    asks(&adoption, QuestionKind::EmailMatch, &["1"], &["r1"]);
}

#[test]
fn who_only_seems_alike_is_new() {
    for record in [
        keyed(row("r1", "al17", "Ada", "Lovelace"), "00uOther"),
        row("r1", "alove", "Alan", "Lovelace"),
        row("r1", "ada.lovelace", "Grace", "Hopper"),
        Existing { web_service_access_only: true, ..row("r1", "al17", "Ada", "Lovelace") },
    ] {
        let person = known("1", "alove@new.com", "Ada", "Lovelace");
        assert_eq!(adopted(std::slice::from_ref(&record), &[person]).newcomers, ["1"], "{record:?}");
    }
}

#[test]
fn a_login_that_was_given_out_again_is_no_link() {
    let left = Existing { active: false, ..ada() };
    asks(&adopted(std::slice::from_ref(&left), &[ada_known()]), QuestionKind::FormerOwner, &["1"], &["r1"]);
    let gone = Known { active: false, ..ada_known() };
    links(&adopted(std::slice::from_ref(&left), &[gone]), &[("r1", "1", MatchedBy::UserName)]);
    let mut by_login = policy();
    by_login.correlation.rules = vec![CorrelationRule::UnlinkedUserName];
    let back = adopt(&by_login, &[numbered(left, "123")], &[with_number(ada_known(), "0123")]);
    links(&back, &[("r1", "1", MatchedBy::UserName)]);
}

#[test]
fn a_humans_word_counts_before_every_rule_and_after_the_key() {
    let says = |answer, person: Known| Known { answer: Some(answer), ..person };
    let this = |id: &str| Answer::Record(SysId::new(id));
    let two = [ada(), row("r2", "ada2", "Ada", "Lovelace")];
    let told = adopted(&two, &[says(this("r2"), ada_known())]);
    links(&told, &[("r2", "1", MatchedBy::Answer)]);
    assert_eq!(told.links[0].seed.as_deref(), Some("00u1"));
    let new = adopted(&two, &[says(Answer::New, ada_known())]);
    assert_eq!(new.newcomers, ["1"]);
    assert_eq!(new.names_taken.into_iter().collect::<Vec<_>>(), [("1".to_owned(), SysId::new("r1"))]);
    let other = says(Answer::New, Known { user_name: "ada3".into(), ..ada_known() });
    assert!(adopted(&two, &[other]).names_taken.is_empty());

    let rows = [keyed(ada(), "00u1"), keyed(row("r2", "grace", "Grace", "Hopper"), "00u2")];
    let people = [says(this("r2"), ada_known()), known("2", "grace", "Grace", "Hopper")];
    links(&adopted(&rows, &people), &[("r1", "1", MatchedBy::Key), ("r2", "2", MatchedBy::Key)]);
    let both = [says(this("r1"), ada_known()), says(this("r1"), known("2", "x", "Ada", "Lovelace"))];
    asks(&adopted(&two[..1], &both), QuestionKind::SeveralPeople, &["1", "2"], &["r1"]);
    links(&adopted(&two[..1], &[says(this("gone"), ada_known())]), &[("r1", "1", MatchedBy::UserName)]);
}

#[test]
fn an_address_of_thousands_is_one_question_of_a_few_sentences() {
    let shared = |_| "plant.seven@example.com".to_owned();
    let rows: Vec<_> = (0..1_500)
        .map(|n| Existing { email: Some(shared(n)), ..row(&format!("r{n:04}"), &format!("x{n}"), "", "") })
        .collect();
    let people: Vec<_> = (0..1_500)
        .map(|n| Known { emails: vec![shared(n)], ..known(&format!("{n:04}"), &format!("y{n}"), "", "") })
        .collect();
    let adoption = adopted(&rows, &people);
    let [case] = adoption.cases.as_slice() else { panic!("{} cases", adoption.cases.len()) };
    assert_eq!((case.known.len(), case.records.len()), (1_500, 1_500));
    assert!(case.evidence.len() < 50, "{}", case.evidence.len());
    assert!(case.evidence.iter().any(|it| it == "and 1480 records more"), "{:?}", case.evidence);
}

#[test]
fn whose_record_is_in_another_persons_case_is_in_that_case_too() {
    let left = Existing { active: false, ..row("r1", "alove", "Ada", "Lovelace") };
    let people = [known("1", "alove", "Alan", "Lovelace"), known("2", "ada.new", "Ada", "Lovelace")];
    asks(&adopted(&[left], &people), QuestionKind::FormerOwner, &["1", "2"], &["r1"]);
}
