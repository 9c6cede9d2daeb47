// Package auth authenticates HTTP requests by the operator's bearer tokens or by the
// access tokens of an OAuth 2.1 issuer. It tells clients which issuer that is (RFC 6750,
// RFC 9728).
package auth
