package matching

import (
	"encoding/json"
	"fmt"
)

// MarshalJSON writes a number for each feature, by its name.
func (v Vector) MarshalJSON() ([]byte, error) {
	named := make(map[string]float64, len(v))
	for i, x := range v {
		named[featureTable[i].name] = x
	}
	return json.Marshal(named)
}

// UnmarshalJSON reads what MarshalJSON writes, without loss. What was written by
// a version with other features is an error.
func (v *Vector) UnmarshalJSON(text []byte) error {
	var named map[string]float64
	if err := json.Unmarshal(text, &named); err != nil {
		return err
	}
	for i := range v {
		x, ok := named[featureTable[i].name]
		if !ok {
			return fmt.Errorf("there is no number for the feature %s", featureTable[i].name)
		}
		v[i] = x
	}
	if len(named) != len(v) {
		return fmt.Errorf("there are numbers for %d features, of %d that are known", len(named), len(v))
	}
	return nil
}
