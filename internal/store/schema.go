package store

// TableSchema is how one table is made. Everything else about it (billing,
// backups, encryption) is for whoever deploys it.
type TableSchema struct {
	Name         string // what the table is called among us: ledger or state
	PartitionKey string // name of the attribute, of type string
	SortKey      string // name of the attribute, of type string
	Stream       bool   // whether inserts are streamed as new images
}

// Schema is the two tables: the one declaration that infra deploys, that
// table/dynamo is written against and that tests hold both to. There is no
// index: every key can be derived or comes from a finite known list.
func Schema() []TableSchema {
	return []TableSchema{
		{Name: "ledger", PartitionKey: "pk", SortKey: "sk", Stream: true},
		{Name: "state", PartitionKey: "pk", SortKey: "sk"},
	}
}
