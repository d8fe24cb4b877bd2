"""LocalStack without Docker: functions and DynamoDB Local as plain processes."""
