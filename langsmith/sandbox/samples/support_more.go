package samples

// moreSupportScenarios continues supportScenarios.
func moreSupportScenarios() []scenario {
	return []scenario{
		{
			titles: []string{"Item arrived damaged", "Broken item on arrival", "Damaged item needs a replacement"},
			asks: []string{
				"The {product} arrived damaged, the box was crushed on one side.",
				"I unpacked the {product} and it is broken. I would like a replacement.",
				"There is a crack in the {product} from order {order}. Photos attached.",
			},
			details: []string{
				"Order {order}. The damage is on the left side, the box was open.",
				"It is {order}. I want a replacement for the damaged {product}.",
			},
			question: "That should not happen. What is the order number, and where is the damage?",
			answers: []string{
				"A replacement {product} ships today. You can keep the damaged one.",
				"I booked a pickup for the broken item of {order}; the replacement is sent in parallel.",
			},
			area: "delivery", tool: "returns.open", failure: "ToolError: returns.open: photo service unavailable", failRate: 0.15,
			satisfied: 0.7, latency: 3.3, weeks: [2]int{9, 9},
		},
		{
			titles: []string{"Order to be cancelled before dispatch", "Cancel an order just placed", "Order cancellation"},
			asks: []string{
				"Please cancel order {order}, I ordered the wrong size.",
				"Can I still cancel the order? I placed it {days} hours ago.",
				"I ordered the {product} twice, cancel one of the two orders please.",
				"Cancel order {order} before it is dispatched.",
			},
			details: []string{
				"The order to cancel is {order}.",
				"{order}, please cancel it before dispatch.",
			},
			question: "I can try to stop it. Which order number should I cancel?",
			answers: []string{
				"Order {order} is cancelled and {amount} is not charged.",
				"It was dispatched an hour ago; refuse the parcel and it comes back to us free of charge.",
			},
			area: "delivery", tool: "orders.cancel", failure: "ToolError: orders.cancel: state changed during request", failRate: 0.1,
			satisfied: 0.8, latency: 2.2, weeks: [2]int{10, 11},
		},
		{
			titles: []string{"Membership cannot be cancelled online", "Membership renewed against the member's will", "Ending the membership"},
			asks: []string{
				"How do I end my membership? The button in the profile does nothing.",
				"The membership renewed although I ended it {days} days ago.",
				"I want to end the membership, but the site sends me in circles.",
				"You took {amount} for a membership I no longer want.",
			},
			details: []string{
				"I want the membership ended now and the {amount} back.",
				"It is the yearly membership. There is no button to end it.",
			},
			question: "I can look into the membership. Is it the monthly or the yearly one?",
			answers: []string{
				"The membership ends today, and the {amount} goes back to your card.",
				"It is ended at the end of the paid month; you keep the benefits until then.",
			},
			area: "billing", tool: "membership.end", failure: "ToolError: membership.end: not permitted for this plan", failRate: 0.3,
			satisfied: 0.3, latency: 3.6, weeks: [2]int{7, 8},
		},
		{
			titles: []string{"Which size fits", "Sizing advice before buying", "Size and fit question"},
			asks: []string{
				"Does the {product} run small? I am between two sizes.",
				"Which size of the {product} fits someone of 182 cm?",
				"Is the fit of the {product} wide enough for thick socks or a sweater?",
				"What size should I take, I usually wear M but your chart says L.",
			},
			details: []string{
				"I am 182 cm and usually wear M. I like a loose fit.",
				"My last {product} from you was size L and a little wide.",
			},
			question: "Glad to advise. How tall are you, and which size do you usually wear?",
			answers: []string{
				"The {product} runs small; take one size up.",
				"With a loose fit in mind, L is the right size.",
			},
			area: "products", tool: "catalog.size_chart", failure: "ToolError: catalog.size_chart: no chart for this item", failRate: 0.03,
			satisfied: 0.9, latency: 1.3, weeks: [2]int{9, 11}, unpriced: true,
		},
		{
			titles: []string{"Back in stock when", "Availability of a sold-out item", "Waiting for a sold-out item"},
			asks: []string{
				"When will the {product} be back in stock?",
				"The {product} has been sold out for {days} days. Will you get more of it?",
				"Can I reserve the {product} once it is available again?",
			},
			details: []string{
				"Any colour is fine, as long as it is in stock soon.",
				"I would take it as soon as it is available.",
			},
			question: "Let me check the stock. Which colour would you like?",
			answers: []string{
				"The {product} is expected back in stock in {days} days. I put you on the list.",
				"It is sold out for this season; the successor arrives next month.",
			},
			area: "products", tool: "catalog.stock", failure: "ToolError: catalog.stock: stale inventory", failRate: 0.05,
			satisfied: 0.7, latency: 1.6, weeks: [2]int{6, 6}, unpriced: true,
		},
		{
			titles: []string{"App crashes after the update", "App closes at start", "App broken since the new version"},
			asks: []string{
				"Since the update the app crashes as soon as I open my orders.",
				"The app closes right after the start. I reinstalled it {days} times.",
				"New app version crashes on my phone when I open the basket.",
				"Your app update broke everything, it crashes at start.",
			},
			details: []string{
				"Android 14, app version 7.2. It crashes every time.",
				"The app crashes before I can do anything. The website works.",
			},
			question: "Sorry for the trouble. Which phone and which version of the app do you use?",
			answers: []string{
				"Version 7.2.1 of the app repairs this; it is in the store since this morning.",
				"Please clear the app's storage once, the crash comes from an old basket.",
			},
			area: "app", tool: "diagnostics.crash_report", failure: "ToolError: diagnostics.crash_report: no symbols for build", failRate: 0.25,
			satisfied: 0.4, latency: 2.9, weeks: [2]int{14, 0},
		},
		{
			titles: []string{"Discount code refused at checkout", "Discount code not accepted", "Promotion code does not work"},
			asks: []string{
				"The discount code {code} is refused at checkout, it says not valid.",
				"Your newsletter code {code} does not work on the {product}.",
				"I enter the discount code {code} and the price stays at {amount}.",
				"Checkout refuses the promotion code {code} although it runs until Sunday.",
			},
			details: []string{
				"The code is {code}, my basket is over {amount}.",
				"I get the message that {code} is not valid for my basket.",
			},
			question: "Let me see why. Which code do you use, and what is in the basket?",
			answers: []string{
				"The code {code} excludes reduced items. I gave you a voucher over the same amount.",
				"The campaign had not started for your country; {code} works at checkout now.",
			},
			area: "promotions", tool: "promotions.check", failure: "ToolError: promotions.check: campaign not found", failRate: 0.35,
			satisfied: 0.45, latency: 2.7, weeks: [2]int{0, 16},
		},
		{
			titles: []string{"Wants to speak to a person", "Asks for a human agent", "Callback from a person wanted"},
			asks: []string{
				"I want to speak to a person, not to a bot.",
				"Please connect me with a human agent.",
				"Is there a phone number where a person answers?",
			},
			details: []string{
				"No, a person please.",
				"I explained it {days} times already. Connect me with a human.",
			},
			question: "I can do a lot myself. What is it about?",
			answers: []string{
				"I am connecting you with a colleague, it takes about {days} minutes.",
				"Our people answer the phone from nine to six; I booked a callback for you.",
			},
			area: "handover", tool: "handover.request", failure: "ToolError: handover.request: no agent available", failRate: 0.2,
			satisfied: -1, latency: 1.9, weeks: [2]int{4, 5},
		},
	}
}
