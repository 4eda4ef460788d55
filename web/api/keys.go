package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
)

const keysTag = "Keys"

// apiKeyRoutes are what a brand's own software comes in with.
func (a *API) apiKeyRoutes() {
	managed := member(access.ManageKeys)
	const path = "/brands/{brand}/api_keys"
	read(a, Route{ID: "listAPIKeys", Path: path, Tag: keysTag, Who: managed,
		Summary: "List a brand's API keys, newest first", About: "Also those that work no more."}, a.apiKeys)
	call(a, Route{ID: "createAPIKey", Path: path, Tag: keysTag, Who: managed,
		Summary: "Make an API key", About: "Its secret is shown this once."}, a.createAPIKey)
	act(a, Route{ID: "revokeAPIKey", Method: "DELETE", Path: path + "/{key}", Tag: keysTag, Who: managed,
		Summary: "End an API key at once"}, a.revokeAPIKey)
}

// identityKeyRoutes are what a brand signs with who its customers are.
func (a *API) identityKeyRoutes() {
	managed := member(access.ManageKeys)
	const path = "/brands/{brand}/identity_keys"
	read(a, Route{ID: "listIdentityKeys", Path: path, Tag: keysTag, Who: managed,
		Summary: "List a brand's identity keys, newest first", About: "Also those that were revoked."}, a.identityKeys)
	call(a, Route{ID: "createIdentityKey", Path: path, Tag: keysTag, Who: managed,
		Summary: "Make an identity key",
		About: "Its secret, as it is written, signs tokens (HS256) that say who a customer is: kid is the key's id, aud is \"knowhow:\" and " +
			"the brand's id, sub the customer's id in your own system, exp at most ten minutes after iat; jti makes it good once. It is shown this once."},
		a.createIdentityKey)
	act(a, Route{ID: "revokeIdentityKey", Method: "DELETE", Path: path + "/{key}", Tag: keysTag, Who: managed,
		Summary: "End an identity key at once"}, a.revokeIdentityKey)
}

// APIKey lets a brand's own software act for the brand, as far as its scopes go.
type APIKey struct {
	ID         access.KeyID    `json:"id" format:"uuid"`
	Name       string          `json:"name"`
	Scopes     []access.Scope  `json:"scopes"`
	CreatedBy  access.PersonID `json:"created_by" format:"uuid"`
	CreatedAt  time.Time       `json:"created_at"`
	LastUsedAt *time.Time      `json:"last_used_at" doc:"To the minute; null: never."`
	ExpiresAt  *time.Time      `json:"expires_at" doc:"Null: it does not."`
	RevokedAt  *time.Time      `json:"revoked_at" doc:"Null: it was not."`
}

func apiKeyOf(k access.Key) APIKey {
	return APIKey{
		ID: k.ID, Name: k.Name, Scopes: k.Scopes, CreatedBy: k.CreatedBy, CreatedAt: k.CreatedAt,
		LastUsedAt: k.LastUsedAt, ExpiresAt: k.ExpiresAt, RevokedAt: k.RevokedAt,
	}
}

// NewAPIKey is a key with its secret.
type NewAPIKey struct {
	APIKey
	Secret string `json:"secret" doc:"To be sent as Authorization: Bearer. It cannot be read again."`
}

func (a *API) apiKeys(ctx context.Context, caller access.Caller, in *BrandPageIn) (*Listed[APIKey], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	keys, err := a.House.Access.Keys(ctx, caller, in.Brand, page)
	return listOf(keys, apiKeyOf), err
}

type createAPIKeyIn struct {
	BrandIn
	Body struct {
		Name      string         `json:"name" minLength:"1" maxLength:"200" doc:"What it is for." example:"Help desk"`
		Scopes    []access.Scope `json:"scopes" minItems:"1" maxItems:"20" enum:"questions:read,questions:write,customers:write,programs:read,programs:write,experts:read,experts:write,money:read,members:read" example:"[\"questions:read\"]"`
		ExpiresAt time.Time      `json:"expires_at,omitzero" doc:"Not given: never."`
	}
}

func (a *API) createAPIKey(ctx context.Context, caller access.Caller, in *createAPIKeyIn) (*One[NewAPIKey], error) {
	key, secret, err := a.House.Access.CreateKey(ctx, caller, in.Brand, access.NewKey(in.Body))
	return one(NewAPIKey{APIKey: apiKeyOf(key), Secret: secret}), err
}

type apiKeyIn struct {
	BrandIn
	Key access.KeyID `path:"key" format:"uuid" doc:"The key's id."`
}

func (a *API) revokeAPIKey(ctx context.Context, caller access.Caller, in *apiKeyIn) error {
	return a.House.Access.RevokeKey(ctx, caller, in.Brand, in.Key)
}

// IdentityKey is what a brand signs with who its customers are.
type IdentityKey struct {
	ID        customer.KeyID  `json:"id" format:"uuid" doc:"The kid of the tokens signed with it."`
	Name      string          `json:"name"`
	CreatedBy access.PersonID `json:"created_by" format:"uuid"`
	CreatedAt time.Time       `json:"created_at"`
	RevokedAt *time.Time      `json:"revoked_at" doc:"Null: it was not."`
}

func identityKeyOf(k customer.IdentityKey) IdentityKey {
	return IdentityKey{ID: k.ID, Name: k.Name, CreatedBy: k.CreatedBy, CreatedAt: k.CreatedAt, RevokedAt: k.RevokedAt}
}

// NewIdentityKey is a key with its secret.
type NewIdentityKey struct {
	IdentityKey
	Secret string `json:"secret" doc:"What the brand signs with, as it is written. It cannot be read again."`
}

func (a *API) identityKeys(ctx context.Context, caller access.Caller, in *BrandPageIn) (*Listed[IdentityKey], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	keys, err := a.House.Customers.IdentityKeys(ctx, caller, in.Brand, page)
	return listOf(keys, identityKeyOf), err
}

type createIdentityKeyIn struct {
	BrandIn
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200" doc:"What it is for." example:"Web shop"`
	}
}

func (a *API) createIdentityKey(ctx context.Context, caller access.Caller, in *createIdentityKeyIn) (*One[NewIdentityKey], error) {
	key, secret, err := a.House.Customers.CreateIdentityKey(ctx, caller, in.Brand, in.Body.Name)
	return one(NewIdentityKey{IdentityKey: identityKeyOf(key), Secret: secret}), err
}

type identityKeyIn struct {
	BrandIn
	Key customer.KeyID `path:"key" format:"uuid" doc:"The key's id."`
}

func (a *API) revokeIdentityKey(ctx context.Context, caller access.Caller, in *identityKeyIn) error {
	return a.House.Customers.RevokeIdentityKey(ctx, caller, in.Brand, in.Key)
}
