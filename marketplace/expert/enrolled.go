package expert

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// EnrolmentTx loads a person's enrolment in a program for the rooms above,
// without locking it; found is false where there is none.
func EnrolmentTx(ctx context.Context, tx *gorm.DB, id program.ID, person access.PersonID) (e Enrolment, found bool, err error) {
	var list []Enrolment
	err = tx.WithContext(ctx).Where("program_id = ? AND person_id = ?", id, person).Limit(1).Find(&list).Error
	if err != nil {
		return Enrolment{}, false, fmt.Errorf("load the enrolment of %s in program %s: %w", person, id, err)
	}
	if len(list) == 0 {
		return Enrolment{}, false, nil
	}
	return list[0], true, nil
}

// OnProbation reports whether the expert is still new to the program, resting
// or not.
func (e Enrolment) OnProbation() bool { return e.State == Probation || e.ResumeState == Probation }

// StateSQL is the state of an enrolment, or NULL, as an expression for queries
// of the rooms above, of the program and the person.
func StateSQL(program, person string) string {
	return "(SELECT state FROM enrolments WHERE program_id = " + program + " AND person_id = " + person + ")"
}

// ProbationSQL is Enrolment.OnProbation as such an expression, false without an
// enrolment.
func ProbationSQL(program, person string) string {
	return "EXISTS (SELECT 1 FROM enrolments WHERE program_id = " + program + " AND person_id = " + person +
		" AND (state = 'probation' OR resume_state = 'probation'))"
}
