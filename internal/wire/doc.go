// Package wire is the vocabulary of the outside: the bodies of requests with what
// they must look like (validator tags), answers, problems, pages, money and state
// words, once, for the service, the command line and clients. Package client gives
// its types names that everybody can reach. It decides nothing and writes no keys.
package wire
