# The inbox: list, rows, filters, empty states, search.
new-items = new
selected = selected
filters = Filters
filter-add = Filter
filter-apply = Show
filter-any = any
filter-drop = Drop this filter
filter-state = State
filter-priority = Priority
filter-kind = Kind
filter-language = Language
filter-network = Network
filter-channel = Channel
filter-assignee = Assigned to
filter-form = Form
filter-private = Private
filter-q = Words
order-priority = In priority order
order-recent = Newest first
order-waiting = Longest waiting first
assignee-me = me
assignee-nobody = nobody
clock-waiting = Waiting for
clock-snoozed = Asleep until
clock-last = Last message
empty-nothing-title = The window is open. Nobody has come yet.
empty-nothing-text = Connect a channel and the first message appears here, usually within a minute.
empty-nothing-ask = As soon as an owner connects a channel, the first message appears here.
empty-connect = Connect a channel
empty-hidden-title = Nothing fits this filter
empty-hidden-text = { $filters ->
    [one] { $waiting } { $waiting ->
        [one] conversation waits
       *[other] conversations wait
    } in this view; the filter hides them all.
   *[other] { $waiting } { $waiting ->
        [one] conversation waits
       *[other] conversations wait
    } in this view; { $filters } filters together hide them all.
}
empty-drop = Drop “{ $filter }”
empty-drop-all = Drop all
empty-done-title = All answered
empty-done-text = Nobody waits in this view.
empty-done-thank = Next in line: { $people ->
    [one] 1 person to thank.
   *[other] { $people } people to thank.
}
empty-thank-them = Thank them
no-case-title = Nothing is open
no-case-text = Choose a conversation on the left. Press ? to see the keys.
search-field = Words, names or handles
search-hint = Words, names or handles
search-about = Searches everything customers and colleagues wrote. One or two Japanese characters are enough.
search-none = Nothing found for “{ $words }”
search-none-hint = Try fewer words, or a part of the name.
