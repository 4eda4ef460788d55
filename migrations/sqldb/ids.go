package sqldb

import (
	"database/sql/driver"
	"reflect"

	"github.com/jackc/pgx/v5/pgtype"
)

// sendIDsAsBytes has the ids of this house, which are arrays of 16 bytes, sent
// to uuid columns as they are. pgx would ask each for its text and parse that
// again, which took a twelfth of the time a statement needs on our side.
func sendIDsAsBytes(types *pgtype.Map) {
	types.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{wrapID}, types.TryWrapEncodePlanFuncs...)
}

// wrapID plans for values that are ids: anything else, and an id that goes
// elsewhere than into a uuid, is left to the plans behind it.
func wrapID(value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
	if _, ok := value.(driver.Valuer); !ok {
		return nil, nil, false
	}
	t := reflect.TypeOf(value)
	if t.Kind() != reflect.Array || t.Len() != len(wireID{}) || t.Elem().Kind() != reflect.Uint8 {
		return nil, nil, false
	}
	return &idPlan{}, wireID{}, true
}

// wireID is an id as pgx's uuid codec takes it.
type wireID [16]byte

// UUIDValue implements pgtype.UUIDValuer.
func (id wireID) UUIDValue() (pgtype.UUID, error) { return pgtype.UUID{Bytes: id, Valid: true}, nil }

// idPlan encodes an id. Whether the zero id is NULL, its own Value says.
type idPlan struct{ next pgtype.EncodePlan }

// SetNext implements pgtype.WrappedEncodePlanNextSetter.
func (p *idPlan) SetNext(next pgtype.EncodePlan) { p.next = next }

// Encode implements pgtype.EncodePlan.
func (p *idPlan) Encode(value any, buf []byte) ([]byte, error) {
	var id wireID
	reflect.Copy(reflect.ValueOf(id[:]), reflect.ValueOf(value))
	if id == (wireID{}) {
		if v, err := value.(driver.Valuer).Value(); v == nil || err != nil {
			return nil, err
		}
	}
	return p.next.Encode(id, buf)
}
