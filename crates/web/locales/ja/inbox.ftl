# 受信箱：一覧、行、絞り込み、空の状態、検索
new-items = 新着
selected = 件を選択中
filters = 絞り込み
filter-add = 絞り込む
filter-apply = 表示する
filter-any = 指定なし
filter-drop = この条件を外す
filter-state = 状態
filter-priority = 優先度
filter-kind = 種別
filter-language = 言語
filter-network = ネットワーク
filter-channel = チャネル
filter-assignee = 担当者
filter-form = 形
filter-private = 個別
filter-q = 語句
order-priority = 優先順
order-recent = 新しい順
order-waiting = お待ちの長い順
assignee-me = 自分
assignee-nobody = 担当者なし
clock-waiting = お待ちの時間
clock-snoozed = 再表示
clock-last = 最後のメッセージ
empty-nothing-title = 窓口は開いています。まだどなたもいらしていません。
empty-nothing-text = チャネルを接続すると、通常1分以内に最初のメッセージがここに届きます。
empty-nothing-ask = オーナーがチャネルを接続すると、最初のメッセージがここに届きます。
empty-connect = チャネルを接続する
empty-hidden-title = この条件に合う会話はありません
empty-hidden-text = このビューには{ $waiting }件ありますが、{ $filters ->
    [one] 絞り込みの条件に合うものはありません。
   *[other] { $filters }つの条件すべてに合うものはありません。
}
empty-drop = 「{ $filter }」を外す
empty-drop-all = すべて外す
empty-done-title = すべて返信しました
empty-done-text = このビューでお待ちの方はいません。
empty-done-thank = お礼をお伝えしたい方が{ $people }名いらっしゃいます。
empty-thank-them = お礼を伝える
no-case-title = 会話が選ばれていません
no-case-text = 左の一覧から会話を選んでください。「?」でキーの一覧を表示します。
search-field = 語句・名前・ユーザー名
search-hint = 語句・名前・ユーザー名
search-about = お客様のメッセージと社内のやり取りをすべて検索します。1文字や2文字でも探せます。
search-none = 「{ $words }」は見つかりませんでした
search-none-hint = 語句を減らすか、名前の一部でお試しください。
