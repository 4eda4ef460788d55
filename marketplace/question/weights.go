package question

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/matching"
	"knowhow/matching/standing"
)

// fitted is weights of a program's own, and what its outcomes teach to expect of
// its experts.
type fitted struct {
	number int64 // from 1, by program; 0: the platform's
	matching.Weights
	prior standing.Prior // zero: the platform's
}

// latest is what this process knows of a program's newest weights.
type latest struct {
	number int64 // of the newest
	fitted       // what counts: the platform's, where those are not to be gone by
}

// fittedSQL is the number of a program's newest weights, 0 where it has none of
// its own, as an expression for queries, of the program.
const fittedSQL = "(SELECT COALESCE(MAX(number), 0) FROM program_weights WHERE program_id = ?)"

// weightsTx are the weights to rank by where the program's newest are of that
// number. They are only read where this process does not know them. What weights
// mean that were drawn to others than the platform's present ones is not sure:
// until they are fitted again, the platform's count.
func (s *Service) weightsTx(ctx context.Context, tx *gorm.DB, id program.ID, number int64) (fitted, error) {
	platform := fitted{Weights: matching.DefaultWeights()}
	if number == 0 {
		return platform, nil
	}
	r := s.memory.of(id)
	if known := r.weights.Load(); known != nil && known.number == number {
		return known.fitted, nil
	}
	f, text, err := fittedTx(ctx, tx, id, number)
	if !strings.HasPrefix(f.prior.Version, expert.RoutingPrior().Version+"+") {
		f.prior = standing.Prior{}
	}
	switch {
	case err != nil:
		return fitted{}, err
	case f.Fitted.From != platform.Version:
		f = platform
	default:
		if err := f.read(text); err != nil {
			return fitted{}, fmt.Errorf("read weights %d of program %s: %w", number, id, err)
		}
	}
	r.weights.Store(&latest{number, f})
	return f, nil
}

// fittedTx loads weights, without their parameters, which are the text.
func fittedTx(ctx context.Context, tx *gorm.DB, id program.ID, number int64) (f fitted, text []byte, err error) {
	var prior string
	err = marketplace.ScanTx(tx.WithContext(ctx), `SELECT number, version, drawn_to, known_until, resolved, lessons, tagged, parameters, prior
		FROM program_weights WHERE program_id = ? AND number = ?`, []any{id, number},
		&f.number, &f.Version, &f.Fitted.From, &f.Fitted.Until, &f.Fitted.Resolved, &f.Fitted.Lessons, &f.Fitted.Tagged, &text, &prior)
	if err == nil && prior != "" {
		err = json.Unmarshal([]byte(prior), (*expectation)(&f.prior))
	}
	if err != nil {
		return fitted{}, nil, fmt.Errorf("load weights %d of program %s: %w", number, id, err)
	}
	f.Fitted.Until = f.Fitted.Until.UTC()
	return f, text, nil
}

// parameters is how a program's weights are written, each by its feature's name.
type parameters struct {
	Tagged matching.Vector `json:"tagged"`
	Plain  matching.Vector `json:"plain"`
}

// expectation is how a prior is written.
type expectation struct {
	Base     float64 `json:"base"`
	Slope    float64 `json:"slope"`
	Untested float64 `json:"untested"`
	Strength float64 `json:"strength"`
	Between  float64 `json:"between"`
	Version  string  `json:"version"`
}

func (f *fitted) read(text []byte) error {
	var p parameters
	err := json.Unmarshal(text, &p)
	f.Tagged, f.Plain = p.Tagged, p.Plain
	return err
}

func write(w matching.Weights) ([]byte, error) { return json.Marshal(parameters{w.Tagged, w.Plain}) }

// insert puts the weights on record; it writes nothing where others of that
// number are.
func (f fitted) insert(brand marketplace.BrandID, id program.ID, now time.Time) (marketplace.Statement, error) {
	text, err := write(f.Weights)
	if err != nil {
		return marketplace.Statement{}, fmt.Errorf("write the weights of program %s: %w", id, err)
	}
	prior := ""
	if f.prior != (standing.Prior{}) {
		text, err := json.Marshal(expectation(f.prior))
		if err != nil {
			return marketplace.Statement{}, fmt.Errorf("write the prior of program %s: %w", id, err)
		}
		prior = string(text)
	}
	return marketplace.Statement{
		Doing: "save the weights of program " + id.String(),
		SQL: `INSERT INTO program_weights (program_id, number, brand_id, version, drawn_to, known_until, resolved, lessons, tagged, parameters, prior, fitted_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		Args: []any{
			id, f.number, brand, f.Version, f.Fitted.From, f.Fitted.Until, f.Fitted.Resolved, f.Fitted.Lessons, f.Fitted.Tagged, string(text), prior, now,
		},
	}, nil
}

// weighedTx tells whether a ranking was made with the weights on record under the
// number that the decision names, and the prior beside them. Of the platform's only the present ones are
// known; for earlier ones the record itself has to do.
func weighedTx(ctx context.Context, tx *gorm.DB, id program.ID, d DecisionRecord) (bool, error) {
	if d.Weights > 0 {
		f, text, err := fittedTx(ctx, tx, id, d.Weights)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return false, nil
		}
		return err == nil && weighed(d.Ranking, f.Version, text) && (d.Prior == "" || d.Prior == f.prior.Version), err
	}
	if d.Prior != "" {
		return false, nil
	}
	platform := matching.DefaultWeights()
	text, err := write(platform)
	if err != nil {
		return false, fmt.Errorf("write the platform's weights: %w", err)
	}
	known := d.Ranking.Version == platform.Version+"/tagged" || d.Ranking.Version == platform.Version+"/plain"
	return !known || weighed(d.Ranking, platform.Version, text), nil
}

// weighed tells whether a ranking has the weights of one of the sets that are
// written in the text, bit for bit.
func weighed(r matching.Record, version string, text []byte) bool {
	var sets map[string]map[string]float64
	if err := json.Unmarshal(text, &sets); err != nil {
		return false
	}
	for name, set := range sets {
		if r.Version != version+"/"+name || len(r.Factors) != len(set) {
			continue
		}
		same := true
		for _, f := range r.Factors {
			weight, ok := set[f.Name]
			same = same && ok && weight == f.Weight
		}
		return same
	}
	return false
}
