# Xに固有の言葉
x-encrypted-message = Xから暗号化されたメッセージが届きました。内容はXで開いてお読みください。
app-key-consumer-key = APIキー（consumer key）
app-key-consumer-secret = APIキーシークレット（consumer secret）
app-key-bearer-token = Bearerトークン
app-key-client-id = OAuth 2.0 クライアントID
app-key-client-secret = OAuth 2.0 クライアントシークレット
