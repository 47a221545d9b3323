# sql/cluster.sh - the private PostgreSQL cluster of ./run: sourced by it, not run.
# Uses from ./run: STATE, SOCKETS, as_service, make_folder, launch, alive, halt, own, say, die,
# die_of_space.
# One unix socket below a folder that only its user can enter; no TCP; hence trust.

# The newest server on this machine; 15 or later.
cluster_programs() {
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -n 1)
    [ -n "$found" ] || die "PostgreSQL is not installed: apt-get install postgresql"
    PG_BIN=$found
}

# Makes $STATE/pg. It gets its name only when complete, so a killed start leaves nothing half-made.
cluster_make() {
    local unfinished=$STATE/pg.unfinished
    [ ! -e "$STATE/pg" ] || return 0
    say "making a private PostgreSQL cluster in $STATE/pg"
    rm -rf "$unfinished"
    as_service "$PG_BIN/initdb" --pgdata="$unfinished" --username=postgres --encoding=UTF8 \
        --locale=C.UTF-8 --data-checksums --auth-local=trust --auth-host=reject \
        >"$STATE/log/initdb.log" 2>&1 || {
        die_of_space "$(<"$STATE/log/initdb.log")"
        die "PostgreSQL's initdb failed: $(cluster_complaint initdb) ($STATE/log/initdb.log has all)"
    }
    echo "include 'sitaminter.conf'" >>"$unfinished/postgresql.conf"
    sync -f "$unfinished"
    mv -T "$unfinished" "$STATE/pg"
}

# Whether the server has what counts its statements.
cluster_counts_statements() {
    [ -e "${PG_BIN%/bin}/lib/pg_stat_statements.so" ]
}

# $1: on or off; off (for tests) trades safety after a power cut for speed.
cluster_configure() {
    local preload=''
    ! cluster_counts_statements || preload=pg_stat_statements
    cat >"$STATE/pg/sitaminter.conf.new" <<END
listen_addresses = ''
unix_socket_directories = '$SOCKETS'
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
max_connections = 100
client_connection_check_interval = '2s'
idle_in_transaction_session_timeout = '60s'
log_min_duration_statement = '1s'
log_lock_waits = on
shared_preload_libraries = '$preload'
fsync = $1
synchronous_commit = $1
full_page_writes = $1
END
    own "$STATE/pg/sitaminter.conf.new"
    mv "$STATE/pg/sitaminter.conf.new" "$STATE/pg/sitaminter.conf"
}

cluster_answers() {
    "$PG_BIN/pg_isready" --quiet --host="$SOCKETS" --dbname=postgres --username=postgres
}

# Makes it if need be, starts it, waits until it answers.
cluster_start() {
    local deadline=$((SECONDS + 60))
    cluster_programs
    cluster_make
    cluster_configure "${1:-on}"
    launch postgres "$PG_BIN/postgres" -D "$STATE/pg"
    until cluster_answers; do
        alive postgres || {
            die_of_space "$(cluster_complaint postgres)"
            die "PostgreSQL did not start: $(cluster_complaint postgres) ($STATE/log/postgres.log has all)"
        }
        [ $SECONDS -lt $deadline ] || die "PostgreSQL does not answer; see $STATE/log/postgres.log"
        sleep 0.1
    done
}

# The last complaint in the log $1.
cluster_complaint() {
    grep -aiE 'fatal|panic|error' "$STATE/log/$1.log" | tail -n 1 | sed 's/^.*\(FATAL\|PANIC\|ERROR\|error\): *//'
}

# INT asks PostgreSQL for a fast shutdown: sessions end, nothing is lost.
cluster_stop() {
    halt postgres 30 INT QUIT
}

# Lets `sitaminter db diagnose` tell the site's slow statements.
cluster_shows_statements() {
    cluster_programs
    ! cluster_counts_statements || cluster_psql --dbname=sitaminter \
        --command="SET client_min_messages = warning" \
        --command="CREATE SCHEMA IF NOT EXISTS extensions" \
        --command="GRANT USAGE ON SCHEMA extensions TO pg_monitor" \
        --command="CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA extensions"
}

cluster_psql() {
    as_service psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host="$SOCKETS" --username=postgres "$@"
}

# -- how the program reaches the database, here or elsewhere -------------------------------------------

# Every role's connection, the environment's key, the folder of the backups.
database_settings() {
    export SITA_OWNER_URL=${SITA_OWNER_URL:-$(database_url sita_owner)}
    export SITA_READER_URL=${SITA_READER_URL:-$(database_url sita_reader)}
    export SITA_APP_URL=${SITA_APP_URL:-$(database_url sita_app)}
    export SITA_DESK_URL=${SITA_DESK_URL:-$(database_url sita_desk)}
    export SITA_MONITOR_URL=${SITA_MONITOR_URL:-$(database_url sita_monitor)}
    export SITA_BACKUP_URL=${SITA_BACKUP_URL:-$(database_url sita_backup)}
    export SITA_VERIFY_URL=${SITA_VERIFY_URL:-$(database_url sita_verify)}
    export SITA_BACKUPS=${SITA_BACKUPS:-$STATE/backups}
    export SITA_KEY=${SITA_KEY:-$(secret "$STATE/key")}
}

# The connection string of role $1. On a server that is not ours each role has a password, made
# once; `sitaminter db setup` gives it to the role.
database_url() {
    local url=${SITA_DATABASE_URL:-} what
    if [ -z "$url" ]; then
        echo "host=$SOCKETS dbname=sitaminter user=$1"
        return
    fi
    what="dbname=sitaminter&user=$1&password=$(role_password "$1")"
    case $url in
    postgresql://*\?* | postgres://*\?*) echo "$url&$what" ;;
    postgresql://* | postgres://*) echo "$url?$what" ;;
    *) echo "$url ${what//&/ }" ;;
    esac
}

role_password() {
    make_folder "$STATE/passwords" 700
    secret "$STATE/passwords/$1"
}

# The secret in the file $1, made once.
secret() {
    [ -s "$1" ] || (umask 077 && od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' >"$1.new" && mv "$1.new" "$1")
    cat "$1"
}
