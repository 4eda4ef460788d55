package program

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// CalledTx is what programs are called, of whatever brand; tx must see them.
func CalledTx(ctx context.Context, tx *gorm.DB, ids []ID) (map[ID]string, error) {
	called := make(map[ID]string, len(ids))
	if len(ids) == 0 {
		return called, nil
	}
	var rows []Program
	if err := tx.WithContext(ctx).Select("id", "name").Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read what %d programs are called: %w", len(ids), err)
	}
	for _, r := range rows {
		called[r.ID] = r.Name
	}
	return called, nil
}
