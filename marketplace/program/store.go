package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// LoadTx loads a program in one statement, or *marketplace.NotFoundError. tx
// must see its brand's rows; compare Program.BrandID where the brand was given.
func (s *Service) LoadTx(ctx context.Context, tx *gorm.DB, id ID) (Program, error) {
	return loadTx(ctx, tx, id, "")
}

// LockTx is LoadTx of a program that stays as it is until the transaction ends.
func (s *Service) LockTx(ctx context.Context, tx *gorm.DB, id ID) (Program, error) {
	return lockTx(ctx, tx, id)
}

func lockTx(ctx context.Context, tx *gorm.DB, id ID) (Program, error) {
	if marketplace.Postgres(tx) {
		return loadTx(ctx, tx, id, " FOR NO KEY UPDATE")
	}
	return loadTx(ctx, tx, id, "")
}

func loadTx(ctx context.Context, tx *gorm.DB, id ID, lock string) (Program, error) {
	p := Program{ID: id}
	var languages, policies, origins []byte
	err := marketplace.ScanTx(tx.WithContext(ctx), `SELECT brand_id, name, state, currency, languages, policies, rollout_share_bp, origins, created_at
		FROM programs WHERE id = ?`+lock, []any{id},
		&p.BrandID, &p.Name, &p.State, &p.Currency, &languages, &policies, &p.RolloutShareBP, &origins, &p.CreatedAt)
	if err == nil {
		err = errors.Join(json.Unmarshal(languages, &p.Languages), json.Unmarshal(origins, &p.Origins))
	}
	if err == nil {
		p.Policies, err = parsePolicies(policies)
	}
	return p, marketplace.OnlyOne(err, "program", id)
}

// TopicTx loads a topic, or *marketplace.NotFoundError; compare Topic.ProgramID
// where the program was given.
func (s *Service) TopicTx(ctx context.Context, tx *gorm.DB, id TopicID) (Topic, error) {
	var t Topic
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&t).Error
	return t, marketplace.OnlyOne(err, "topic", id)
}

// TopicBySlugTx loads a program's topic by its slug, or
// *marketplace.NotFoundError.
func (s *Service) TopicBySlugTx(ctx context.Context, tx *gorm.DB, program ID, slug string) (Topic, error) {
	if err := CheckSlug("topic", slug); err != nil {
		return Topic{}, err
	}
	var t Topic
	err := tx.WithContext(ctx).Where("program_id = ? AND slug = ?", program, slug).Take(&t).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Topic{}, &marketplace.NotFoundError{Noun: "topic", ID: slug}
	}
	if err != nil {
		return Topic{}, fmt.Errorf("load topic %s of program %s: %w", slug, program, err)
	}
	return t, nil
}

// TopicsTx lists a program's topics by slug.
func (s *Service) TopicsTx(ctx context.Context, tx *gorm.DB, program ID) ([]Topic, error) {
	var list []Topic
	if err := tx.WithContext(ctx).Where("program_id = ?", program).Order("slug").Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list the topics of program %s: %w", program, err)
	}
	return list, nil
}

// BrandNameTx is a brand's name, or a *marketplace.NotFoundError.
func BrandNameTx(ctx context.Context, tx *gorm.DB, id marketplace.BrandID) (string, error) {
	var b Brand
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&b).Error
	return b.Name, marketplace.OnlyOne(err, "brand", id)
}

// BrandOf finds the brand that a program belongs to, to open the transaction
// in which the caller's permission there is checked. It tells nothing else.
func (s *Service) BrandOf(ctx context.Context, id ID) (marketplace.BrandID, error) {
	var p Program
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		err := tx.WithContext(ctx).Select("brand_id").Where("id = ?", id).Take(&p).Error
		return marketplace.OnlyOne(err, "program", id)
	})
	return p.BrandID, err
}

// updateTx writes the named columns of p.
func updateTx(ctx context.Context, tx *gorm.DB, p Program, columns ...string) error {
	done := tx.WithContext(ctx).Model(&Program{}).Where("id = ?", p.ID).Select(columns).Updates(&p)
	if done.Error != nil {
		return fmt.Errorf("update program %s: %w", p.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return marketplace.NotFound("program", p.ID)
	}
	return nil
}

// NamesTx lists what a brand, one of its programs and that program's topics are
// called, in one statement; with a zero program the brand's name alone.
func (s *Service) NamesTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID) ([]string, error) {
	var names []string
	err := marketplace.EachTx(tx.WithContext(ctx), `SELECT name FROM brands WHERE id = ?
		UNION ALL SELECT name FROM programs WHERE id = ? AND brand_id = ?
		UNION ALL SELECT name FROM topics WHERE program_id = ? AND brand_id = ?`, []any{brand, id, brand, id, brand}, func(scan marketplace.Scan) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the names of program %s: %w", id, err)
	}
	return names, nil
}
