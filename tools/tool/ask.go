package tool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
)

// Question is a question that only a person can answer. A tool that needs the answer
// returns it as its error; the call is then repeated with the answer.
type Question struct {
	ID      string   // the same for the same question
	Text    string   // with the figures that the answer depends on
	Choices []Choice // one of them is the answer; none for yes or no
}

func (q *Question) Error() string { return "needs an answer: " + q.Text }

// Choice is one possible answer.
type Choice struct {
	Value string // what the tool gets
	Title string // what the person sees
}

// Answer is a person's answer.
type Answer struct {
	Accepted bool   // false if they declined or dismissed the question
	Value    string // of the choice
}

// ErrCannotAsk is returned if the client has no way to ask a person.
var ErrCannotAsk = errors.New("the client cannot ask a person")

// AskPerson asks a person. It returns [ErrCannotAsk] if nobody can be asked. If the answer
// comes with a second call it returns the question, for the tool to return as its error.
func (e *Env) AskPerson(ctx context.Context, question *Question) (*Answer, error) {
	if e.Ask == nil {
		return nil, ErrCannotAsk
	}
	return e.Ask(ctx, question)
}

// Confirm asks a person for consent before money is spent, if the operator requires it
// (--confirm). It returns nil if the money may be spent, and otherwise refuses the call
// with a sentence on what can be done instead.
func (e *Env) Confirm(ctx context.Context, question *Question, instead string) error {
	if !e.Policy.Confirm {
		return nil
	}
	answer, err := e.AskPerson(ctx, question)
	switch {
	case errors.Is(err, ErrCannotAsk):
		return Refuse("The operator of this server wants a person to agree before money is spent (--confirm), and this client cannot ask one. Nothing was changed or spent.\nThe question would be: %s\n%s", question.Text, instead)
	case err != nil:
		return err
	case !answer.Accepted:
		return Refuse("The person who was asked declined. Nothing was changed or spent. %s", instead)
	}
	return nil
}

// QuestionID returns the id of a question about money: its subject, and a digest of all
// that a person agrees to, so that the answer counts for nothing else.
func QuestionID(what string, about ...any) string {
	encoded, err := json.Marshal(about)
	if err != nil {
		return what + "-" + uuid.NewString() // so that no answer counts
	}
	digest := sha256.Sum256(encoded)
	return what + "-" + hex.EncodeToString(digest[:16])
}

// IsInterruption reports whether an error interrupts the call and is not for the agent: a
// question to a person, an unfinished result, or a caller who has gone.
func IsInterruption(err error) bool {
	var question *Question
	var unfinished *UnfinishedError
	return errors.As(err, &question) || errors.As(err, &unfinished) || errors.Is(err, context.Canceled)
}
