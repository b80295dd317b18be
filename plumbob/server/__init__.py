"""The only place of the tool that opens connections: who a server is, what it holds, and servers of our own."""
