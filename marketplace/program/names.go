package program

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// NamesOfTx is NamesTx for several of a brand's programs, in one statement.
func (s *Service) NamesOfTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, ids []ID) (map[ID][]string, error) {
	var rows []struct {
		ProgramID ID
		Name      string
	}
	err := tx.WithContext(ctx).Raw(`SELECT p.id AS program_id, b.name FROM programs p JOIN brands b ON b.id = p.brand_id WHERE p.brand_id = ? AND p.id IN ?
		UNION ALL SELECT id, name FROM programs WHERE brand_id = ? AND id IN ?
		UNION ALL SELECT program_id, name FROM topics WHERE brand_id = ? AND program_id IN ?`,
		brand, ids, brand, ids, brand, ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list the names of %d programs: %w", len(ids), err)
	}
	names := make(map[ID][]string, len(ids))
	for _, r := range rows {
		names[r.ProgramID] = append(names[r.ProgramID], r.Name)
	}
	return names, nil
}

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
