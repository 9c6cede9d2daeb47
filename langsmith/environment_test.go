package langsmith_test

const childVariable = "LANGSMITH_TEST_CHILD"

func runChild() int { return 0 }
