# Words that belong to X.
x-encrypted-message = X sent an encrypted message. Open it on X to read it.
app-key-consumer-key = API key (consumer key)
app-key-inbound = Way in: webhook, or stream when X cannot reach this server
app-key-consumer-secret = API key secret (consumer secret)
app-key-bearer-token = Bearer token
app-key-client-id = OAuth 2.0 client ID
app-key-client-secret = OAuth 2.0 client secret
app-key-api-base = Address of the API
app-key-authorize-base = Address of the sign-in
app-key-web-base = Address of the website
reason-x-not-named-by-author = X lets only an account reply that the author named or quoted.
reason-x-not-named = X lets only an account reply that the author named or quoted.
reason-x-not-our-thread = Only replies under posts of our own can be hidden.
reason-x-nothing-to-hide = This is no reply under a post.
reason-x-private-message = This is a private message.
reason-x-encrypted-message = X encrypted this message: it can be read and answered on X only.
