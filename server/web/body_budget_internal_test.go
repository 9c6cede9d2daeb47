package web

import (
	"context"
	"testing"
	"testing/synctest"
)

// Messages that each have a part of the room do not block each other.
func TestReservationsGrowConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const body = 1 << 20
		budget := &bodyBudget{pool: body, freed: make(chan struct{})}
		ctx, cancel := context.WithTimeout(t.Context(), Limits{}.withDefaults().BodyTime)
		defer cancel()
		messages := make([]*reservation, 4)
		for i := range messages {
			messages[i] = &reservation{budget: budget}
			if err := messages[i].grow(ctx, body/4); err != nil {
				t.Fatal(err)
			}
		}
		whole := make(chan *reservation)
		for _, message := range messages {
			go func() {
				if err := message.grow(ctx, body); err != nil {
					t.Error(err)
				}
				whole <- message
			}()
		}
		for range messages {
			(<-whole).release()
		}
		if budget.pool != body || budget.wholeTaken {
			t.Errorf("%d of %d are free, and the room for a whole message is taken: %t", budget.pool, body, budget.wholeTaken)
		}
	})
}
