package tools

import (
	"context"
	"errors"
)

// agree has a person agree before money is spent, where the operator wants that
// (--confirm). It returns nil when it may be spent; otherwise says what else
// can be done.
func (e *Env) agree(ctx context.Context, question *Question, otherwise string) error {
	if !e.Policy.Confirm {
		return nil
	}
	answer, err := e.ask(ctx, question)
	switch {
	case errors.Is(err, ErrCannotAsk):
		return refuse("The operator of this server wants a person to agree before money is spent (--confirm), and this client cannot ask one. Nothing was changed or spent.\nThe question would be: %s\n%s", question.Text, otherwise)
	case err != nil:
		return err
	case !answer.Accepted:
		return refuse("A person was asked and did not agree. Nothing was changed or spent. %s", otherwise)
	}
	return nil
}
