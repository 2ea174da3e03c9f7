# Xに固有の言葉
x-encrypted-message = Xから暗号化されたメッセージが届きました。内容はXで開いてお読みください。
app-key-consumer-key = APIキー（consumer key）
app-key-inbound = 受信方法：webhook、またはXからこのサーバーに届かない場合はstream
app-key-consumer-secret = APIキーシークレット（consumer secret）
app-key-bearer-token = Bearerトークン
app-key-client-id = OAuth 2.0 クライアントID
app-key-client-secret = OAuth 2.0 クライアントシークレット
app-key-api-base = APIのアドレス
app-key-authorize-base = 認証画面のアドレス
app-key-web-base = ウェブサイトのアドレス
reason-x-not-named-by-author = Xでは、投稿者が指名または引用したアカウントだけが返信できます。
reason-x-not-named = Xでは、投稿者が指名または引用したアカウントだけが返信できます。
reason-x-not-our-thread = 非表示にできるのは、自社の投稿への返信だけです。
reason-x-nothing-to-hide = 投稿への返信ではありません。
reason-x-private-message = 個別メッセージです。
reason-x-encrypted-message = Xが暗号化したメッセージです。X上でのみ閲覧と返信ができます。
