# nginx/certificate.sh - a certificate for this machine: sourced by ./run, not run.
# Uses from ./run: STATE, own, say, die. Files below $STATE/tls, each complete once it has its name:
#   ca.pem     key and certificate of a local authority that can vouch for this machine only
#   site.pem   key and certificate of localhost, made again before it ends
# and $STATE/ca.crt: the authority's certificate, for a browser that shall trust it.

certificate_ready() {
    local tls=$STATE/tls month=2592000
    if ! openssl x509 -in "$tls/ca.pem" -noout -checkend $month >/dev/null 2>&1; then
        say "making a local certificate authority: $STATE/ca.crt"
        certificate_authority
        rm -f "$tls/site.pem"
    fi
    if ! openssl x509 -in "$tls/site.pem" -noout -checkend $month >/dev/null 2>&1; then
        certificate_site
    fi
    openssl x509 -in "$tls/ca.pem" -out "$STATE/ca.crt.new"
    chmod 644 "$STATE/ca.crt.new"
    mv "$STATE/ca.crt.new" "$STATE/ca.crt"
}

# Runs openssl; $1 says what it is for.
certificate_openssl() {
    local what=$1 why
    shift
    why=$(openssl "$@" 2>&1) || die "openssl could not make $what: $(tail -n 1 <<<"$why")"
}

# $1 file of a new key.
certificate_key() {
    certificate_openssl "a key" genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
    chmod 600 "$1"
}

# Joins $1.key and $1.crt to $1.pem.
certificate_join() {
    (umask 077 && cat "$1.key" "$1.crt" >"$1.new")
    own "$1.new"
    mv "$1.new" "$1.pem"
    rm -f "$1.key" "$1.crt"
}

certificate_authority() {
    local ca=$STATE/tls/ca
    certificate_key "$ca.key"
    certificate_openssl "the local authority" req -x509 -new -key "$ca.key" -sha256 -days 3650 \
        -subj "/CN=SiTa Minter local authority $(od -An -N4 -tx4 /dev/urandom | tr -d ' ')" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
        -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -addext "nameConstraints=critical,permitted;DNS:localhost,permitted;IP:127.0.0.1/255.255.255.255,permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" \
        -out "$ca.crt"
    certificate_join "$ca"
}

certificate_site() {
    local site=$STATE/tls/site ca=$STATE/tls/ca.pem
    certificate_key "$site.key"
    certificate_openssl "a certificate request" req -new -key "$site.key" -subj "/CN=localhost" \
        -out "$site.csr"
    printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
        "extendedKeyUsage=serverAuth" "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1" \
        "subjectKeyIdentifier=hash" "authorityKeyIdentifier=keyid" >"$site.ext"
    certificate_openssl "the certificate of localhost" x509 -req -in "$site.csr" -CA "$ca" \
        -CAkey "$ca" -set_serial "0x$(openssl rand -hex 16)" -sha256 -days 397 \
        -extfile "$site.ext" -out "$site.crt"
    rm -f "$site.csr" "$site.ext"
    certificate_join "$site"
}
