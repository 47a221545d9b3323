# fcgi/supervise.sh - starting, watching and ending the site's processes, where no systemd does it:
# sourced by ./run, not run.
# Uses from ./run: STATE, URL, HTTPS_PORT, HTTP_PORT, SERVICE_USER, is_root, say, die, die_of_space,
# prepare, database_ready, demo_ready, PART_start of each part; from sql/cluster.sh: cluster_stop.

# -- processes: each has a file run/NAME.pid with its number and start time ------------------------

# When the kernel started process $1: with it a number that was given away again is not mistaken.
started_at() {
    local line
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- ${line##*) }
    [ "$1" != Z ] || return 1
    echo "${20}"
}

# $1 name, $2 number. The boot is noted too: after a restart of the machine the file means nothing.
note_process() {
    printf '%s %s %s\n' "$2" "$(started_at "$2" || echo 0)" "$(</proc/sys/kernel/random/boot_id)" \
        >"$STATE/run/$1.pid.new"
    mv "$STATE/run/$1.pid.new" "$STATE/run/$1.pid"
}

# Starts a long-running program in a session of its own: a Ctrl-C in the terminal is for ./run.
launch() {
    local name=$1 as=()
    shift
    if is_root; then
        as=(setpriv --reuid="$SERVICE_USER" --regid="$SERVICE_USER" --init-groups --)
    fi
    rm -f "$STATE/run/$name.pid"
    (
        cd "$STATE"
        ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
        note_process "$name" "$BASHPID" # before it is anything: a killed ./run leaves no stranger
        exec setsid "${as[@]}" "$@"
    ) </dev/null >>"$STATE/log/$name.log" 2>&1 9>&- &
    disown
    until [ -e "$STATE/run/$name.pid" ]; do
        sleep 0.01
    done
}

alive() {
    local pid since boot
    { read -r pid since boot <"$STATE/run/$1.pid"; } 2>/dev/null || return 1
    [ "$boot" = "$(</proc/sys/kernel/random/boot_id)" ] && [ "$(started_at "$pid")" = "$since" ]
}

# True once process $1 is gone, within $2 seconds.
gone_within() {
    local deadline=$((SECONDS + $2))
    while alive "$1"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

# Ends a process: $1 name, $2 seconds for each of the signals that follow; KILL if none helps. Its
# children, which could outlive it, go with it.
halt() {
    local name=$1 seconds=$2 file=$STATE/run/$1.pid pid since boot signal
    shift 2
    { read -r pid since boot <"$file"; } 2>/dev/null || return 0
    for signal in "$@" KILL; do
        alive "$name" || break
        [ "$signal" != KILL ] || say "$name did not stop in time and is killed"
        kill -"$signal" "$pid" 2>/dev/null || true
        gone_within "$name" "$seconds" || true
    done
    if [ "$boot" = "$(</proc/sys/kernel/random/boot_id)" ]; then
        kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$file"
}

# -- starting, watching, stopping --------------------------------------------------------------------

PARTS='postgres serve nginx' # in the order of their start

port_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && ! (exec 3<>"/dev/tcp/::1/$2") 2>/dev/null ||
        die "port $2 is in use by another program: stop it, or choose another port with $1"
}

page_answers() {
    curl --silent --fail --max-time 5 --cacert "$STATE/ca.crt" --output /dev/null "$URL/"
}

wait_for_page() {
    local deadline=$((SECONDS + 30)) part
    until page_answers; do
        for part in serve nginx; do
            alive "$part" || die_of_part "$part" "did not start"
        done
        [ $SECONDS -lt $deadline ] || die "$URL/ does not answer; see the logs in $STATE/log"
        sleep 0.1
    done
}

# $1 part, $2 what it did.
die_of_part() {
    local file=$STATE/log/$1.log words
    [ "$1" != nginx ] || [ -s "$file" ] || file=$STATE/log/nginx-error.log
    words=$(tail -n 10 "$file" 2>/dev/null || true)
    die_of_space "$words"
    die "$1 $2: ${words##*$'\n'}"
}

start_all() {
    port_free SITA_HTTPS_PORT "$HTTPS_PORT"
    port_free SITA_HTTP_PORT "$HTTP_PORT"
    prepare
    postgres_start
    database_ready
    demo_ready
    serve_start
    nginx_start
    wait_for_page
}

# Requests under way are answered first, the database goes last.
stop_all() {
    halt nginx 12 QUIT TERM
    halt serve 25 TERM
    cluster_stop
}

# Starts again what died; a part that dies over and over ends the site.
watch_parts() {
    local part deaths=0 since=$SECONDS ours
    ours=$(our_processes)
    while sleep 0.5 9>&-; do
        parent_lives || return 0
        still_ours || abandon "$ours"
        for part in $PARTS; do
            [ "$part" != postgres ] || [ -z "${SITA_DATABASE_URL:-}" ] || continue
            ! alive "$part" || continue
            [ $((SECONDS - since)) -lt 60 ] || { deaths=0 since=$SECONDS; }
            deaths=$((deaths + 1))
            [ $deaths -le 10 ] || die_of_part "$part" "dies again and again"
            say "$part ended and is started again"
            halt "$part" 5 TERM
            ("${part}_start") || true
            ours=$(our_processes)
        done
    done
}

our_processes() {
    cat "$STATE/run/"{nginx,serve,postgres}.pid 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ' || true
}

# The state folder can be deleted or moved away while the site runs.
still_ours() {
    local pid rest
    { read -r pid rest <"$STATE/run/supervisor.pid"; } 2>/dev/null && [ "$pid" = $$ ]
}

# Ends the processes $1, of which no file is left, and touches nothing else.
abandon() {
    trap - EXIT
    # shellcheck disable=SC2086
    kill -TERM $1 2>/dev/null || true
    die "the state folder $STATE is not the one this ./run started with; its site is ended"
}

# In front, the shell that started ./run takes it along when it ends (nohup prevents that).
parent_lives() {
    [ -n "$PARENT" ] || return 0
    [ "$(awk '{ print $4 }' <"/proc/$$/stat")" = "$PARENT" ]
}

# Exactly one ./run looks after a state folder: it holds the lock. (What an interrupted one was just
# doing may hold it a little longer.)
take_lock() {
    ! alive supervisor || return 1
    exec 9>>"$STATE/run/lock"
    flock --timeout 10 9
}

supervise() {
    take_lock || die "it is running already ($URL/); ./run stop ends it"
    rm -f "$STATE/run/ready"
    trap 'exit 0' INT TERM HUP
    trap 'trap "" INT TERM HUP; stop_all; rm -f "$STATE/run/"{supervisor.pid,ready}' EXIT
    note_process supervisor $$
    local part
    for part in $PARTS; do
        if alive "$part"; then
            say "ending what an interrupted ./run left behind: $part"
        fi
    done
    stop_all
    start_all
    echo "$URL/" >"$STATE/run/ready"
    echo "ready $URL/"
    watch_parts
}
