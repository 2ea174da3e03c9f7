# Words that belong to X.
x-encrypted-message = X sent an encrypted message. Open it on X to read it.
app-key-consumer-key = API key (consumer key)
app-key-consumer-secret = API key secret (consumer secret)
app-key-bearer-token = Bearer token
app-key-client-id = OAuth 2.0 client ID
app-key-client-secret = OAuth 2.0 client secret
