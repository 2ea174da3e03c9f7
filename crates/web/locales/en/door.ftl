# The door and the error pages.
sign-in = Sign in
sign-in-title = Welcome back
sign-in-as = Sign in as { $name } ({ $role })
sign-in-forgotten = Forgotten your password? An owner can make you a reset link.
password = Password
password-new = New password
password-again = New password, once more
password-hint = At least 12 characters; a sentence is easiest.
company = Name of your company
first-owner-title = Open the window
first-owner-text = You are the first here. You become the owner and can invite everyone else.
first-owner-do = Begin
invitation-title = Welcome
invitation-text = You were invited. Choose your name and a password.
invitation-do = Join
reset-title = Choose a new password
reset-text = All your other sessions end when you save it.
reset-do = Save
door-wrong = Address and password do not belong together. Check both and try again.
door-too-many = Too many tries. Please wait { $minutes ->
    [one] a minute.
   *[other] { $minutes } minutes.
}
door-link-spent = This link was used already or is too old. Ask an owner for a new one.
door-short = The password needs at least 12 characters.
door-different = The two passwords differ. Type both again.
door-stale = This page was open for too long. Please try again.
door-incomplete = Name and e-mail address are both needed.
failure-not-found-title = Nothing is here
failure-not-found-text = The address is wrong, or what was here has gone or belongs to somebody else.
failure-forbidden-title = Not for you
failure-forbidden-text = Your role does not include this. An owner can change that.
failure-too-many-title = One moment, please
failure-too-many-text = That was more than we can take at once. Nothing was lost; try again in a minute.
failure-unavailable-title = Back in a moment
failure-unavailable-text = The database does not answer right now. New messages are still received and kept. Please try again shortly.
failure-bad-request-title = That could not be read
failure-bad-request-text = Nothing was changed. Go back, reload the page and try again.
failure-inner-title = Something broke on our side
failure-inner-text = Nothing was sent. Your draft is kept. Please try again; if it stays, tell your administrator the number below.
failure-id = Number:
failure-inbox = To the inbox
