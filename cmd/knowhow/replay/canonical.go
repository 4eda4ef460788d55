package replay

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// canonical writes a value as both databases mean it: SQLite has no booleans,
// times come with or without a zone's name, sums may be decimals.
func canonical(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case time.Time:
		return strconv.FormatInt(v.UnixMicro(), 10)
	case bool:
		if v {
			return "1"
		}
		return "0"
	case []byte:
		return string(v)
	case string:
		return v
	default:
		return strings.TrimSpace(fmt.Sprint(v))
	}
}
