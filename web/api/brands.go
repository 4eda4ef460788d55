package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

const brandsTag = "Brands"

// brandRoutes are brands and who belongs to them.
func (a *API) brandRoutes() {
	seen, managed := member(access.SeeMembers), member(access.ManageMembers)
	read(a, Route{ID: "listBrands", Path: "/brands", Tag: brandsTag, Who: Who{Kind: Account},
		Summary: "List the brands you belong to; all of them for operators"}, a.brands)
	create(a, Route{ID: "createBrand", Path: "/brands", Tag: brandsTag, Who: operator(access.CreateBrand),
		Summary: "Add a brand with its first owner"}, a.createBrand, a.createdBrand)
	read(a, Route{ID: "getBrand", Path: "/brands/{brand}", Tag: brandsTag, Who: member(access.SeePrograms), Summary: "Read a brand"}, a.brand)
	read(a, Route{ID: "listMembers", Path: "/brands/{brand}/members", Tag: brandsTag, Who: seen,
		Summary: "List who belongs to a brand, once per role"}, a.members)
	act(a, Route{ID: "addMember", Method: "PUT", Path: "/brands/{brand}/members/{person}/{role}", Tag: brandsTag, Who: managed,
		Summary: "Give somebody a role", About: "Who is not known yet is invited by e-mail instead."}, a.addMember)
	act(a, Route{ID: "removeMember", Method: "DELETE", Path: "/brands/{brand}/members/{person}/{role}", Tag: brandsTag, Who: managed,
		Summary: "Take a role from somebody", About: "Everybody may give up a role of their own; an owner stays."}, a.removeMember)
}

// Brand is a company that has its customers' questions answered.
type Brand struct {
	ID        marketplace.BrandID `json:"id" format:"uuid"`
	Name      string              `json:"name"`
	CreatedAt time.Time           `json:"created_at"`
}

func brandOf(b program.Brand) Brand { return Brand{ID: b.ID, Name: b.Name, CreatedAt: b.CreatedAt} }

func (a *API) brands(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[Brand], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	brands, err := a.House.Programs.Brands(ctx, caller, page)
	return listOf(brands, brandOf), err
}

func (a *API) brand(ctx context.Context, caller access.Caller, in *BrandIn) (*One[Brand], error) {
	b, err := a.House.Programs.Brand(ctx, caller, in.Brand)
	return one(brandOf(b)), err
}

type createBrandIn struct {
	Body struct {
		Name  string          `json:"name" minLength:"1" maxLength:"200" example:"Brindlewave"`
		Owner access.PersonID `json:"owner" format:"uuid" doc:"The first owner."`
	}
}

func (a *API) createBrand(ctx context.Context, caller access.Caller, in *createBrandIn) (string, error) {
	b, err := a.House.Programs.CreateBrand(ctx, caller, in.Body.Name, in.Body.Owner)
	return b.ID.String(), err
}

func (a *API) createdBrand(ctx context.Context, caller access.Caller, _ *createBrandIn, id string) (*One[Brand], error) {
	var parsed marketplace.BrandID
	if err := parsed.UnmarshalText([]byte(id)); err != nil {
		return nil, err
	}
	return a.brand(ctx, caller, &BrandIn{parsed})
}

// BrandMember is one role of one person in a brand.
type BrandMember struct {
	Person access.PersonID `json:"person" format:"uuid"`
	Name   string          `json:"name"`
	Role   access.Role     `json:"role" enum:"owner,manager,agent,reviewer,finance,viewer"`
	Since  time.Time       `json:"since"`
}

func (a *API) members(ctx context.Context, caller access.Caller, in *BrandIn) (*Listed[BrandMember], error) {
	members, err := a.House.Access.Members(ctx, caller, in.Brand)
	return allOf(members, func(m access.Member) BrandMember { return BrandMember(m) }), err
}

type memberIn struct {
	BrandIn
	Person access.PersonID `path:"person" format:"uuid" doc:"The person's id."`
	Role   access.Role     `path:"role" enum:"owner,manager,agent,reviewer,finance,viewer" doc:"The role." example:"viewer"`
}

func (a *API) addMember(ctx context.Context, caller access.Caller, in *memberIn) error {
	return a.House.Access.AddMember(ctx, caller, in.Brand, in.Person, in.Role)
}

func (a *API) removeMember(ctx context.Context, caller access.Caller, in *memberIn) error {
	return a.House.Access.RemoveMember(ctx, caller, in.Brand, in.Person, in.Role)
}
