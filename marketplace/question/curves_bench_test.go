package question

import (
	"math/rand/v2"
	"testing"
	"time"
)

func BenchmarkCurves(b *testing.B) {
	rnd, start := rand.New(rand.NewPCG(1, 1)), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	rows := make([]waitRow, forecastMost)
	for i := range rows {
		at := start.Add(time.Duration(300 * rnd.ExpFloat64() * float64(time.Second)))
		rows[i] = waitRow{Language: []string{"en", "de"}[i%2], AskedAt: start, FirstRespondedAt: &at}
		rows[i].TopicID[15] = byte(i % 10)
	}
	for b.Loop() {
		curvesOf(rows, start.Add(time.Hour))
	}
}
