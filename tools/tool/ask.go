package tool

import (
	"context"
	"errors"
)

// Confirm has a person agree before money is spent, where the operator wants that
// (--confirm). It returns nil when it may be spent; otherwise says what else
// can be done.
func (e *Env) Confirm(ctx context.Context, question *Question, otherwise string) error {
	if !e.Policy.Confirm {
		return nil
	}
	answer, err := e.AskPerson(ctx, question)
	switch {
	case errors.Is(err, ErrCannotAsk):
		return Refuse("The operator of this server wants a person to agree before money is spent (--confirm), and this client cannot ask one. Nothing was changed or spent.\nThe question would be: %s\n%s", question.Text, otherwise)
	case err != nil:
		return err
	case !answer.Accepted:
		return Refuse("A person was asked and did not agree. Nothing was changed or spent. %s", otherwise)
	}
	return nil
}

// Question is something only a person can answer. As an error it leaves a tool
// that cannot go on without the answer; the call is made again with it.
type Question struct {
	ID      string   // the same each time the same thing is asked
	Text    string   // the question, with the figures it turns on
	Choices []Choice // one of them is the answer; none for yes or no
}

func (q *Question) Error() string { return "needs an answer: " + q.Text }

// Choice is one possible answer.
type Choice struct {
	Value string // what the tool gets
	Title string // what the person sees
}

// Answer is what a person said.
type Answer struct {
	Accepted bool   // false when they declined or dismissed the question
	Value    string // of the choice
}

// ErrCannotAsk is returned by Env.Ask where the client has no way to put a
// question to a person.
var ErrCannotAsk = errors.New("the client cannot ask a person")

// AskPerson puts a question to a person. It returns ErrCannotAsk where nobody can be
// asked, and the question itself, to be returned as the tool's error, where the
// answer comes with a second call.
func (e *Env) AskPerson(ctx context.Context, question *Question) (*Answer, error) {
	if e.Ask == nil {
		return nil, ErrCannotAsk
	}
	return e.Ask(ctx, question)
}

func IsInterruption(err error) bool {
	var question *Question
	return errors.As(err, &question) || errors.Is(err, context.Canceled)
}
