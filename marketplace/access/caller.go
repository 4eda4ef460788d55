package access

import "knowhow/marketplace"

type customerNoun struct{}

// CustomerID identifies a customer: a person as one brand knows them. The id
// lives here so that a Caller can name a customer; the noun is the room
// customer's.
type CustomerID = marketplace.ID[customerNoun]

// NewCustomerID makes a fresh id, for the room customer.
func NewCustomerID() CustomerID { return marketplace.NewID[customerNoun]() }

// Kind says what sort of caller is acting.
type Kind string

const (
	KindPerson   Kind = "person"   // somebody signed in; their roles are looked up where they act
	KindCustomer Kind = "customer" // a brand's customer, acting on what is theirs
	KindKey      Kind = "key"      // a brand's own software, by one of the brand's API keys
	KindSystem   Kind = "system"   // our own machinery: a job, a sweep, a command
)

// Caller is who is acting. Make one with PersonCaller, CustomerCaller,
// KeyCaller or SystemCaller; the zero value may do nothing.
type Caller struct {
	Kind     Kind
	Person   PersonID            // of KindPerson
	Customer CustomerID          // of KindCustomer
	Brand    marketplace.BrandID // the customer's or key's brand
	Key      KeyID               // of KindKey
	System   string              // of KindSystem: which part of the machinery
}

// PersonCaller is the person id, acting.
func PersonCaller(id PersonID) Caller { return Caller{Kind: KindPerson, Person: id} }

// CustomerCaller is brand's customer id, acting.
func CustomerCaller(brand marketplace.BrandID, id CustomerID) Caller {
	return Caller{Kind: KindCustomer, Customer: id, Brand: brand}
}

// KeyCaller is brand's API key id, acting.
func KeyCaller(brand marketplace.BrandID, id KeyID) Caller {
	return Caller{Kind: KindKey, Key: id, Brand: brand}
}

// SystemCaller is the part of our own machinery called name, acting.
func SystemCaller(name string) Caller { return Caller{Kind: KindSystem, System: name} }

// Valid reports whether c names somebody.
func (c Caller) Valid() bool {
	switch c.Kind {
	case KindPerson:
		return !c.Person.IsZero()
	case KindCustomer:
		return !c.Customer.IsZero() && !c.Brand.IsZero()
	case KindKey:
		return !c.Key.IsZero() && !c.Brand.IsZero()
	case KindSystem:
		return c.System != ""
	default:
		return false
	}
}

// IsPerson reports whether c is the person id. The zero id is nobody.
func (c Caller) IsPerson(id PersonID) bool {
	return c.Valid() && c.Kind == KindPerson && c.Person == id
}

// IsCustomer reports whether c is brand's customer id.
func (c Caller) IsCustomer(brand marketplace.BrandID, id CustomerID) bool {
	return c.Valid() && c.Kind == KindCustomer && c.Brand == brand && c.Customer == id
}

// String names the caller for logs and events, by id only.
func (c Caller) String() string {
	switch {
	case !c.Valid():
		return "nobody"
	case c.Kind == KindPerson:
		return "person:" + c.Person.String()
	case c.Kind == KindCustomer:
		return "customer:" + c.Customer.String()
	case c.Kind == KindKey:
		return "key:" + c.Key.String()
	default:
		return "system:" + c.System
	}
}
