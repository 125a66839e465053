//! Which SCIM attribute is which column: the default mapping of ServiceNow's SCIM service, as a table.
//!
//! Everything else follows from it: what is read and written, what can be filtered and sorted, what `/Schemas` says. What
//! does not stand here is accepted and thrown away, the whole enterprise extension for one.

use crate::servicenow::faults::Scim;

pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const OF_USERS: &str = "urn:ietf:params:scim:schemas:extension:servicenow:2.0:User";
const OF_GROUPS: &str = "urn:ietf:params:scim:schemas:extension:servicenow:2.0:Group";
const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:servicenow:custom:2.0:User";

/// A type of resource.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::servicenow::http) struct Kind {
    /// `User`.
    pub(super) name: &'static str,
    /// `Users`.
    pub(in crate::servicenow::http) endpoint: &'static str,
    /// The schema of its core attributes.
    pub(super) schema: &'static str,
    /// Schemas of its extensions, in the order in which they are shown.
    extensions: &'static [&'static str],
    pub(super) table: &'static str,
    /// The table with what SCIM alone knows of a row, and its column that refers to the row.
    pub(super) companion: Option<(&'static str, &'static str)>,
    /// Whether it is only read.
    pub(super) read_only: bool,
    attributes: &'static [Attribute<'static>],
}

/// One attribute, or one part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    /// The extension that it belongs to; core without.
    pub(super) schema: Option<&'a str>,
    pub(super) name: &'a str,
    /// `givenName` of `name`, `value` of `emails`.
    pub(super) part: Option<&'a str>,
    /// Of a list, the type of the element that is meant.
    pub(super) of_type: Option<&'a str>,
    pub(super) column: &'a str,
    /// Whether the companion has the column.
    pub(super) in_companion: bool,
    pub(super) shape: Shape,
    pub(super) read_only: bool,
    pub(super) filters: Filters,
    pub(super) sortable: bool,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Truth,
    Time,
    /// The id of another resource, of which people say this name.
    Reference(&'static str),
    /// What people call the row that the column refers to.
    Display,
}

/// How a filter may use an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filters {
    Any,
    EqualsOnly,
    None,
}

impl Attribute<'static> {
    const fn new(name: &'static str, column: &'static str) -> Self {
        Self {
            schema: None,
            name,
            part: None,
            of_type: None,
            column,
            in_companion: false,
            shape: Shape::Text,
            read_only: false,
            filters: Filters::Any,
            sortable: true,
        }
    }

    const fn part(mut self, part: &'static str) -> Self {
        self.part = Some(part);
        self
    }

    /// Of a list, the element of a type.
    const fn item(mut self, of_type: &'static str, part: &'static str) -> Self {
        (self.of_type, self.part, self.sortable) = (Some(of_type), Some(part), false);
        self
    }

    const fn of(mut self, schema: &'static str) -> Self {
        self.schema = Some(schema);
        self
    }

    const fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// A value that the companion has, which filters and sorting know as little as the documentation says.
    const fn companion(mut self, filters: Filters) -> Self {
        (self.in_companion, self.filters, self.sortable) = (true, filters, false);
        self
    }

    const fn unfiltered(mut self) -> Self {
        (self.filters, self.sortable) = (Filters::None, false);
        self
    }

    /// The id of another resource, which people know by the name `said`.
    const fn reference(name: &'static str, column: &'static str, said: &'static str) -> Self {
        Self::new(name, column).part("value").of(OF_USERS).shape(Shape::Reference(said))
    }

    /// What people call the resource that this attribute refers to.
    const fn display(mut self, part: &'static str) -> Self {
        (self.part, self.shape, self.read_only) = (Some(part), Shape::Display, true);
        self
    }
}

const ID: Attribute<'_> = Attribute::new("id", "sys_id").read_only();
const CREATED: Attribute<'_> =
    Attribute::new("meta", "sys_created_on").part("created").shape(Shape::Time).read_only();
const CHANGED: Attribute<'_> =
    Attribute::new("meta", "sys_updated_on").part("lastModified").shape(Shape::Time).read_only();
const EXTERNAL_ID: Attribute<'_> = Attribute::new("externalId", "external_id").companion(Filters::EqualsOnly);
const COMPANY: Attribute<'_> = Attribute::reference("company", "company", "Company");
const COST_CENTER: Attribute<'_> = Attribute::reference("costCenter", "cost_center", "CostCenter");
const DEPARTMENT: Attribute<'_> = Attribute::reference("department", "department", "Department");
const LOCATION: Attribute<'_> = Attribute::reference("location", "location", "Location");
const MANAGER: Attribute<'_> = Attribute::reference("manager", "manager", "Manager");
const GROUP_COMPANY: Attribute<'_> = COMPANY.of(OF_GROUPS).unfiltered();

const USER: Kind = Kind {
    name: "User",
    endpoint: "Users",
    schema: "urn:ietf:params:scim:schemas:core:2.0:User",
    extensions: &[OF_USERS, CUSTOM],
    table: "sys_user",
    companion: Some(("sys_scim_user", "user")),
    read_only: false,
    attributes: &[
        ID,
        EXTERNAL_ID,
        Attribute::new("userName", "user_name"),
        Attribute::new("name", "first_name").part("givenName"),
        Attribute::new("name", "middle_name").part("middleName"),
        Attribute::new("name", "last_name").part("familyName"),
        Attribute::new("name", "introduction").part("honorificPrefix").unfiltered(),
        Attribute::new("displayName", "name").read_only(),
        Attribute::new("active", "active").shape(Shape::Truth),
        Attribute::new("userType", "user_type").companion(Filters::None),
        Attribute::new("title", "title"),
        Attribute::new("timezone", "time_zone"),
        Attribute::new("preferredLanguage", "preferred_language"),
        Attribute::new("emails", "email").item("work", "value"),
        Attribute::new("phoneNumbers", "phone").item("work", "value"),
        Attribute::new("phoneNumbers", "mobile_phone").item("mobile", "value"),
        Attribute::new("phoneNumbers", "home_phone").item("home", "value"),
        Attribute::new("addresses", "street").item("home", "streetAddress"),
        Attribute::new("addresses", "city").item("home", "locality"),
        Attribute::new("addresses", "state").item("home", "region"),
        Attribute::new("addresses", "zip").item("home", "postalCode"),
        Attribute::new("addresses", "country").item("home", "country"),
        Attribute::new("employeeNumber", "employee_number").of(OF_USERS),
        Attribute::new("gender", "gender").of(OF_USERS),
        COMPANY,
        COMPANY.display("name"),
        COST_CENTER,
        COST_CENTER.display("name"),
        DEPARTMENT,
        DEPARTMENT.display("name"),
        LOCATION,
        LOCATION.display("name"),
        MANAGER,
        MANAGER.display("displayName"),
        CREATED,
        CHANGED,
    ],
};

const GROUP: Kind = Kind {
    name: "Group",
    endpoint: "Groups",
    schema: "urn:ietf:params:scim:schemas:core:2.0:Group",
    extensions: &[OF_GROUPS],
    table: "sys_user_group",
    companion: Some(("sys_scim_group", "group")),
    read_only: false,
    attributes: &[
        ID,
        EXTERNAL_ID,
        Attribute::new("displayName", "name"),
        GROUP_COMPANY,
        GROUP_COMPANY.display("name"),
        CREATED,
        CHANGED,
    ],
};

/// Resources that are only read. The documentation names no more of them than this.
const NAMED: &[Attribute<'_>] = &[ID, Attribute::new("name", "name"), CREATED, CHANGED];

const fn named(
    name: &'static str,
    endpoint: &'static str,
    schema: &'static str,
    table: &'static str,
) -> Kind {
    Kind {
        name,
        endpoint,
        schema,
        extensions: &[],
        table,
        companion: None,
        read_only: true,
        attributes: NAMED,
    }
}

/// Every type of resource.
pub(in crate::servicenow::http) static KINDS: [Kind; 6] = [
    USER,
    GROUP,
    named(
        "Company",
        "Companies",
        "urn:ietf:params:scim:schemas:custom:servicenow:2.0:Company",
        "core_company",
    ),
    named(
        "CostCenter",
        "CostCenters",
        "urn:ietf:params:scim:schemas:custom:servicenow:2.0:CostCenter",
        "cmn_cost_center",
    ),
    named(
        "Department",
        "Departments",
        "urn:ietf:params:scim:schemas:custom:servicenow:2.0:Department",
        "cmn_department",
    ),
    named(
        "Location",
        "Locations",
        "urn:ietf:params:scim:schemas:custom:servicenow:2.0:Location",
        "cmn_location",
    ),
];

impl Kind {
    /// Its attributes, and those that the owner has added.
    pub(super) fn attributes<'a>(&self, set_up: &'a Scim) -> Vec<Attribute<'a>> {
        let custom = set_up.custom.iter().filter(|_| self.extensions.contains(&CUSTOM));
        let custom = custom.map(|(name, column)| Attribute {
            schema: Some(CUSTOM),
            name: name.as_str(),
            column: column.as_str(),
            ..Attribute::new("", "").unfiltered()
        });
        self.attributes.iter().copied().chain(custom).collect()
    }

    /// Its extensions to which any of these attributes belongs.
    pub(super) fn extensions(&self, attributes: &[Attribute<'_>]) -> Vec<&'static str> {
        let has = |schema: &&str| attributes.iter().any(|it| it.schema == Some(*schema));
        self.extensions.iter().copied().filter(has).collect()
    }

    /// Whether its resources have members.
    pub(super) fn is_group(&self) -> bool {
        self.name == GROUP.name
    }
}
