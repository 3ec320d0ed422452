module example.com/gangway

go 1.21
