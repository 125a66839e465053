use super::*;

/// The query with `&` for and, `|` for or, `;` between alternatives.
fn show(text: &str) -> String {
    let query = Query::parse(text);
    let term = |it: &Term| format!("{} {:?} {}", it.path, it.operator, it.value);
    let any = |it: &AnyOf| it.iter().map(term).collect::<Vec<_>>().join(" | ");
    let all = |it: &Vec<AnyOf>| it.iter().map(any).collect::<Vec<_>>().join(" & ");
    let mut shown = query.alternatives.iter().map(all).collect::<Vec<_>>().join(" ; ");
    for order in &query.order {
        shown += &format!(" by {}{}", order.path, if order.descending { " down" } else { "" });
    }
    shown + if query.has_unknown_operator { " !" } else { "" }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(show(text), expected, "{text}");
}

#[test]
fn conditions_are_joined() {
    check("active=true^name=x", "active Equals true & name Equals x");
    check("a=1^b=2^ORc=3^d=4", "a Equals 1 & b Equals 2 | c Equals 3 & d Equals 4");
    check("a=1^NQb=2^ORc=3", "a Equals 1 ; b Equals 2 | c Equals 3");
    check("a=1^EQ", "a Equals 1");
    check("", "");
}

#[test]
fn order_is_taken_out() {
    check("a=1^ORDERBYname^ORDERBYDESCsys_id", "a Equals 1 by name by sys_id down");
}

#[test]
fn operators_are_told_from_columns_and_values() {
    check("user_nameINa,b", "user_name In a,b");
    check("nameNOT INa", "name NotIn a");
    check("nameLIKEIN", "name Contains IN");
    check("name*x^name!*y^name%z", "name Contains x & name ContainsNot y & name EndsWith z");
    check("a!=1^b>=2^c<=3^d>4^e<5", "a Differs 1 & b AtLeast 2 & c AtMost 3 & d Greater 4 & e Less 5");
    check("managerISEMPTY^emailISNOTEMPTY", "manager Empty  & email NotEmpty ");
    check("user.active=false", "user.active Equals false");
    check("aGT_OR_EQUALS_FIELDb", "a FieldAtLeast b");
    check("name==x", "name Equals =x");
}

#[test]
fn what_is_not_understood_is_noted() {
    check("nameFOOx^active=true", "active Equals true !");
    check("active=true^Smith", "active Equals true !");
    check("a=1^RLQUERYtask.assigned_to,>=1^active=true^ENDRLQUERY^b=2", "a Equals 1 & b Equals 2 !");
    check("123TEXTQUERY321=word", " !");
}

#[test]
fn a_caret_in_a_value_begins_a_condition() {
    check("user_name=ada^active=false", "user_name Equals ada & active Equals false");
}
