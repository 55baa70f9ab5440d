"""What stands between the network and the application: nothing an untrusted peer does takes a thread.

granian (RSGI, HTTP/1 only) speaks with the peers. On its event loop a request waits here for its body, under deadlines,
and then for a place in its lane; only then does a thread of that lane run the WSGI application. docs/adr says why.
"""
