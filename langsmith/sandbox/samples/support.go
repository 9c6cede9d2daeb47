package samples

// scenario is a reason to contact an agent and the course of the conversation. Texts may
// contain {order}, {amount}, {product}, {days}, {code} and {topic}.
type scenario struct {
	titles    []string // the agent's titles of the conversation
	asks      []string // the user's first messages
	details   []string // the user's replies to the question
	question  string   // the agent's question
	answers   []string // the agent's answers if the tool succeeds
	area      string   // the tag of the traces; may be empty
	tool      string
	failure   string  // the tool's error
	failRate  float64 // how often the tool fails
	satisfied float64 // share of good feedback; below 0 for no feedback
	latency   float64 // usual duration of a turn, in seconds
	weeks     [2]int  // conversations in the older and in the newer week
	unpriced  bool    // has no cost and no tokens
}

// supportScenarios returns the scenarios of the shop's support. The two weeks differ: one
// reason appears, one disappears, others grow or shrink.
func supportScenarios() []scenario {
	return []scenario{
		{
			titles: []string{"Refund never arrives", "Refund still missing", "Refund overdue after a return"},
			asks: []string{
				"I sent the {product} back {days} days ago and my refund of {amount} still has not arrived.",
				"Where is my refund? The return for order {order} was confirmed {days} days ago.",
				"You promised a refund within five days. It has been {days} days and nothing is on my account.",
				"The refund for order {order} never arrives. My bank sees no incoming payment.",
				"I returned the {product}, the tracking says delivered to your warehouse, but there is no refund yet.",
				"When will I get the {amount} back for the return of order {order}?",
			},
			details: []string{
				"The return order number is {order}, I paid {amount} by card.",
				"It is {order}. The refund should go to the card I paid with.",
				"Order {order}, returned {days} days ago. I just want my refund.",
			},
			question: "I am sorry about the wait. Could you give me the order number of the return?",
			answers: []string{
				"The refund of {amount} for order {order} was released today and reaches your account in two to three days.",
				"I found the return for {order}. The refund was stuck in review; it is on its way now.",
			},
			area: "billing", tool: "refunds.lookup", failure: "ToolError: refunds.lookup timed out after 10s", failRate: 0.45,
			satisfied: 0.35, latency: 4.2, weeks: [2]int{18, 24},
		},
		{
			titles: []string{"Charged twice for one order", "Card debited twice", "Duplicate charge on one order"},
			asks: []string{
				"My card was charged twice for order {order}, {amount} each time.",
				"I see two debits of {amount} for the same order. Please take one of the charges back.",
				"Why was I charged twice? There is only one order {order} in my account.",
				"Double charge: {amount} was debited on two days in a row for the {product}.",
			},
			details: []string{
				"Order {order}, both charges show {amount} on my card statement.",
				"The order is {order}. The second charge came {days} days later.",
			},
			question: "I can look at the charges. Which order number do they belong to?",
			answers: []string{
				"One of the two charges of {amount} was a reservation; it is dropped within {days} days.",
				"I cancelled the duplicate charge for {order}. You will see {amount} credited on your card.",
			},
			area: "billing", tool: "payments.charges", failure: "ToolError: payments.charges returned 502", failRate: 0.15,
			satisfied: 0.6, latency: 3.4, weeks: [2]int{9, 8},
		},
		{
			titles: []string{"Invoice needs company details", "Invoice with VAT number requested", "Corrected invoice requested"},
			asks: []string{
				"I need an invoice for order {order} with our company name and VAT number on it.",
				"Please send the invoice for order {order} again, the PDF link is dead.",
				"The invoice shows my private address. Can you issue a corrected invoice for our company?",
				"My accountant needs the VAT number on the invoice over {amount}.",
			},
			details: []string{
				"The invoice is for order {order}; the company address is the one in my profile.",
				"Order {order}, the VAT number is saved in my account.",
			},
			question: "Happy to help with the invoice. For which order do you need it, and with which address?",
			answers: []string{
				"The corrected invoice for {order} is in your account under Documents.",
				"I sent the invoice over {amount} with the VAT number to your email address.",
			},
			area: "billing", tool: "invoices.issue", failure: "ToolError: invoices.issue rejected the VAT number format", failRate: 0.08,
			satisfied: 0.85, latency: 2.6, weeks: [2]int{11, 10},
		},
		{
			titles: []string{"Identity check rejects returning customers", "Identity check fails at login", "Identity verification loops"},
			asks: []string{
				"I have been a customer for years and now the identity check rejects me at login.",
				"The identity check says my date of birth does not match. It did last month.",
				"I cannot log in: after the password it wants an identity check and then rejects my ID photo.",
				"Your new identity verification keeps looping. I uploaded my ID {days} times.",
				"Locked out since yesterday, the identity check fails with every document I upload.",
			},
			details: []string{
				"I use the same email as always. The identity check fails right after the photo.",
				"It is my main account, with order {order} from last week in it.",
				"I already told you: the identity check rejects my ID, I cannot log in.",
			},
			question: "To find your account, could you confirm the email address or the number of your last order?",
			answers: []string{
				"I reset the identity check on your account. Please log in again and skip the photo step.",
				"Your identity was confirmed by hand; the login works again.",
			},
			area: "account-access", tool: "identity.verify", failure: "ToolError: identity.verify: profile version mismatch", failRate: 0.6,
			satisfied: 0.15, latency: 7.5, weeks: [2]int{4, 24},
		},
		{
			titles: []string{"Password reset link expired", "Password reset mail missing", "Cannot reset the password"},
			asks: []string{
				"The password reset link says it has expired, although I clicked it at once.",
				"I do not receive the password reset mail. Checked the spam folder too.",
				"How do I reset my password? The link in the mail does nothing.",
				"Every password reset link I request is already expired.",
			},
			details: []string{
				"I requested the reset link {days} times today. It expires every time.",
				"The mail goes to my usual address. I need a new password.",
			},
			question: "Let me send a fresh link. Is the email address of the account still the same?",
			answers: []string{
				"A new password reset link is on its way. It is valid for one hour; only the newest one works.",
				"I removed the block on your address, the password mail should arrive in a minute.",
			},
			area: "account-access", tool: "accounts.reset", failure: "ToolError: accounts.reset rate limited", failRate: 0.1,
			satisfied: 0.75, latency: 2.1, weeks: [2]int{12, 11},
		},
		{
			titles: []string{"Parcel late and tracking stands still", "Tracking shows no movement", "Parcel has not been delivered"},
			asks: []string{
				"My parcel is {days} days late and the tracking stands still.",
				"Order {order} was shipped {days} days ago, tracking shows no movement since.",
				"Where is my parcel? The carrier says it is still at the depot.",
				"The tracking number for order {order} does not work and the parcel is not here.",
				"The parcel with the {product} was marked delivered, but nothing was delivered to my door.",
			},
			details: []string{
				"The order is {order}, the tracking has not changed for {days} days.",
				"Order {order}. The carrier tells me to ask you where the parcel is.",
			},
			question: "I will check with the carrier. What is the number of the order?",
			answers: []string{
				"The parcel for {order} was held at the depot and goes out for delivery tomorrow.",
				"The carrier lost the parcel. A replacement {product} ships today at no cost.",
			},
			area: "delivery", tool: "shipping.track", failure: "ToolError: shipping.track: carrier unavailable", failRate: 0.2,
			satisfied: 0.5, latency: 3.8, weeks: [2]int{25, 10},
		},
		{
			titles: []string{"Delivery address must change after ordering", "Wrong delivery address on an order", "Change of delivery address"},
			asks: []string{
				"I moved. Can you change the delivery address of order {order}?",
				"I ordered the {product} to my old address by mistake, please change it.",
				"The delivery address on order {order} lacks the house number.",
			},
			details: []string{
				"Order {order}; the new delivery address is the second one in my profile.",
				"Please deliver {order} to my work address instead.",
			},
			question: "I can change the address while the order is not packed. Which order is it?",
			answers: []string{
				"Order {order} now goes to the new address.",
				"The order is already packed, but I asked the carrier to redirect it to the new address.",
			},
			area: "delivery", tool: "orders.update_address", failure: "ToolError: orders.update_address: order locked", failRate: 0.12,
			satisfied: 0.8, latency: 2.4, weeks: [2]int{8, 8},
		},
	}
}
