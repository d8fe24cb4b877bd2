package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// globals are the flags every command has.
type globals struct {
	Data    string `help:"Data folder of the embedded store (default .fairlead); a command that writes makes it." placeholder:"DIR" group:"Where"`
	Server  string `help:"Address of a running service instead." placeholder:"URL" env:"FAIRLEAD_SERVER" group:"Where"`
	Token   string `help:"Token for that service." placeholder:"TOKEN" env:"FAIRLEAD_TOKEN" group:"Where"`
	Now     string `help:"Fix the clock of the embedded service: RFC 3339, or a day (UTC). Everything is deterministic then." placeholder:"TIME" group:"How"`
	User    string `help:"Who acts (default: the login name)." placeholder:"NAME" group:"How"`
	Partner string `help:"Act as this partner and see what it sees." placeholder:"ID" group:"How"`
	Output  string `short:"o" help:"How to print: ${enum}." enum:"text,json,csv,html" default:"text" group:"How"`
}

// grammar is every command. Groups are the headings of --help.
type grammar struct {
	globals

	Serve   serveCmd   `cmd:"" group:"Begin" help:"Serve the HTTP API and pages on the embedded store."`
	Demo    demoCmd    `cmd:"" group:"Begin" help:"Load the sample programme, route, close and pay half a year, and say what happened."`
	Init    initCmd    `cmd:"" group:"Begin" help:"Write sample documents with notes into a folder, to start from."`
	Token   tokenCmd   `cmd:"" group:"Begin" help:"Print a signed development token for this data folder."`
	Keys    keysCmd    `cmd:"" group:"Begin" help:"Print the public key set that checks those tokens."`
	Version versionCmd `cmd:"" group:"Begin" help:"Print the version."`

	Programme programmeCmd `cmd:"" group:"Documents" help:"What holds for everything: time zone, settlement, approval."`
	Policy    policyCmd    `cmd:"" group:"Documents" help:"Who serves which customer: check, explain, publish, list, show, diff."`
	Plan      planCmd      `cmd:"" group:"Documents" help:"What partners earn: check, explain, publish, list, show, diff, assign."`

	Import    importCmd    `cmd:"" group:"Data" help:"Import a CSV file; bad lines go to FILE.rejects.csv."`
	Facts     factsCmd     `cmd:"" group:"Data" help:"Send facts (CloudEvents) from a JSON file."`
	Fact      factCmd      `cmd:"" group:"Data" help:"What became of one fact."`
	Sweep     sweepCmd     `cmd:"" group:"Data" help:"Do what the schedule does: expire offers, route who waits, fall back, value everybody anew, take the census."`
	Value     valueCmd     `cmd:"" group:"Customers" help:"Fit the value model, or say what a customer is worth."`
	Portfolio portfolioCmd `cmd:"" group:"Customers" help:"What an owner's customers bought this month and are worth."`
	Balance   balanceCmd   `cmd:"" group:"Customers" help:"How the value is spread, and where the balance guard is on."`
	Customers customersCmd `cmd:"" group:"Customers" help:"List customers."`
	Customer  customerCmd  `cmd:"" group:"Customers" help:"One customer: who serves it, value, history."`
	Route     routeCmd     `cmd:"" group:"Customers" help:"Decide who serves a customer, or everyone not yet routed."`
	Assign    assignCmd    `cmd:"" group:"Customers" help:"Put a customer with an owner by hand; recorded as a decision."`
	Why       whyCmd       `cmd:"" group:"Customers" help:"The full explanation, and what would have to differ."`
	Decisions decisionsCmd `cmd:"" group:"Customers" help:"List decisions."`
	Decision  decisionCmd  `cmd:"" group:"Customers" help:"Show a decision, or recompute it."`
	Offers    offersCmd    `cmd:"" group:"Customers" help:"List open offers."`
	Offer     offerCmd     `cmd:"" group:"Customers" help:"Accept or refuse an offer, as the partner it was made to."`

	Partners   partnersCmd   `cmd:"" group:"Partners" help:"List partners."`
	PartnerOne partnerCmd    `cmd:"" name:"partner" group:"Partners" help:"One partner."`
	Pods       podsCmd       `cmd:"" group:"Partners" help:"List pods of the sales force."`
	Pod        podCmd        `cmd:"" group:"Partners" help:"One pod."`
	Statement  statementCmd  `cmd:"" group:"Partners" help:"A partner's statement of a month."`
	Statements statementsCmd `cmd:"" group:"Partners" help:"List a partner's closed statements."`
	Ledger     ledgerCmd     `cmd:"" group:"Partners" help:"A partner's account in a month, transfer by transfer."`

	Period   periodCmd   `cmd:"" group:"Money" help:"Close a month, or show how far it is."`
	Payout   payoutCmd   `cmd:"" group:"Money" help:"Payout runs: prepare, show, diff, approve, deny, pay."`
	Payments paymentsCmd `cmd:"" group:"Money" help:"The payments file of a run."`
}

// machine is what a run of the program may touch of the machine it runs on.
type machine struct {
	out, err io.Writer
	clock    func() time.Time
	dir      string // relative names of files are in it; "" is the working directory
	name     string // how the program was called
	tty      bool   // err is a terminal: progress may be shown
	host     *host  // an open data folder to use, of the demo; nil: open what --data says
}

// The exit codes.
const (
	exitFailed   = 1
	exitUsage    = 2
	exitPart     = 3
	exitVerified = 4
)

// exit is an error with its exit code. Without err nothing more is printed.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return fmt.Sprint(e.err) }
func (e *exit) Unwrap() error { return e.err }

// usage is an error of how the command was typed.
func usage(format string, args ...any) error {
	return &exit{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// run runs one command line and returns its exit code.
func run(ctx context.Context, args []string, m *machine) int {
	code, err := execute(ctx, args, m)
	if err != nil {
		fmt.Fprintf(m.err, "fairlead: %s\n", err)
	}
	return code
}

func execute(ctx context.Context, args []string, m *machine) (code int, err error) {
	var g grammar
	leaving := -1
	parser, err := kong.New(&g, kong.Name("fairlead"), kong.Writers(m.out, m.err), kong.Exit(func(c int) { leaving = c }),
		kong.Description("Who serves a customer, what a partner earns for it, and why."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}), kong.ExplicitGroups(groups))
	if err != nil {
		return exitFailed, err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if leaving >= 0 { // --help has been printed
		return leaving, nil
	}
	if err != nil {
		return exitUsage, wrongUsage(args, err)
	}
	s := &session{ctx: ctx, machine: m, globals: g.globals, words: parsed.Command(), args: args, folder: folderUseOf(parsed)}
	if err = s.printable(); err == nil {
		err = errors.Join(parsed.Run(s), s.close())
	}
	var e *exit
	switch {
	case err == nil:
		return 0, nil
	case ctx.Err() != nil:
		return exitFailed, errors.New("interrupted; what was done so far is stored, run the command again to finish it")
	case errors.As(err, &e) && e.err == nil:
		return e.code, nil
	case errors.As(err, &e):
		return e.code, e.err
	}
	return exitFailed, err
}

// printable refuses a form the command has no answer in, before anything is done.
func (s *session) printable() error {
	allowed := []string{"text", "json"}
	switch s.word() {
	case "statement":
		allowed = append(allowed, "html", "csv")
	case "payments":
		allowed = []string{"text", "csv"}
	}
	if !slices.Contains(allowed, s.Output) {
		return usage("%s prints %s, not %s", s.word(), strings.Join(allowed, " or "), s.Output)
	}
	return nil
}

var groups = []kong.Group{
	{Key: "Begin", Title: "Begin"}, {Key: "Documents", Title: "Documents"}, {Key: "Data", Title: "Data"},
	{Key: "Customers", Title: "Customers"}, {Key: "Partners", Title: "Partners"}, {Key: "Money", Title: "Money"},
	{Key: "Where", Title: "Flags: where"}, {Key: "How", Title: "Flags: how"},
}

// wrongUsage says what is wrong with a command line in our words.
func wrongUsage(args []string, err error) error {
	text := err.Error()
	if rest, ok := strings.CutPrefix(text, "unexpected argument "); ok {
		word, hint, _ := strings.Cut(rest, ", ")
		text = fmt.Sprintf("unexpected argument %q", word)
		if word == firstWord(args) {
			text = fmt.Sprintf("there is no command %q", word)
		}
		if hint != "" {
			text += "; " + hint
		}
	}
	return fmt.Errorf("%s\nRun fairlead --help, or fairlead COMMAND --help, for what there is", text)
}

// firstWord is the first argument that is no flag.
func firstWord(args []string) string {
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			return a
		}
	}
	return ""
}
