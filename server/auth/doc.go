// Package auth decides who may call the server over HTTP: by the operator's own
// bearer tokens, or by the access tokens of an OAuth 2.1 issuer. It tells clients
// where those come from (RFC 6750, RFC 9728).
package auth
