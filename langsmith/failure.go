package langsmith

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
)

// Failure classifies the error of a request without a response, for logs: proxy, dns,
// refused, tls, timeout, closed (the connection was lost) or other. It is empty if there
// is a response.
func (e *Error) Failure() string {
	if e.Status != 0 {
		return ""
	}
	var proxy *net.OpError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	var alert tls.AlertError
	var network net.Error
	switch err := e.Err; {
	case errors.As(err, &proxy) && proxy.Op == "proxyconnect":
		return "proxy"
	case errors.As(err, &name):
		return "dns"
	case isConnectionRefused(err):
		return "refused"
	case errors.As(err, &certificate), errors.As(err, &noTLS), errors.As(err, &alert), errors.Is(err, http.ErrSchemeMismatch):
		return "tls"
	case errors.Is(err, errRequestTimeout), errors.As(err, &network) && network.Timeout():
		return "timeout"
	case errors.Is(err, errConnectionsBreak), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "closed"
	}
	return "other"
}
