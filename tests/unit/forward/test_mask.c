#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "forward/mask.h"

static void
expect(const char *line, const char *wanted)
{
	char *masked = forward_mask(line);

	cr_assert_str_eq(
	    masked, wanted, "%s\nbecame\n%s\nnot\n%s", line, masked, wanted);
	free(masked);
}

static void
expect_untouched(const char *line)
{
	expect(line, line);
}

/* Pairs: the line, and what it becomes. */
static const char *const secrets[][2] = {
	{ "tool --password hunter2 10.0.0.1", "tool --password *** 10.0.0.1" },
	{ "tool --password=hunter2", "tool --password=***" },
	{ "tool --password=\"hun ter2\" x", "tool --password=\"***\" x" },
	{ "tool --password 'hun ter2' x", "tool --password '***' x" },
	{ "tool -password hunter2", "tool -password ***" },
	{ "tool.exe /password:hunter2", "tool.exe /password:***" },
	{ "tool.exe /PASS=hunter2 /x", "tool.exe /PASS=*** /x" },
	{ "x --db-password p,q;r", "x --db-password ***" },
	{ "x --api-key=abc123", "x --api-key=***" },
	{ "x --apikey abc123 -v", "x --apikey *** -v" },
	{ "x --token abc123", "x --token ***" },
	{ "x --access-token=abc123", "x --access-token=***" },
	{ "x --client-secret abc123", "x --client-secret ***" },
	{ "curl https://h/?apikey=abc123&x=1",
	    "curl https://h/?apikey=***&x=1" },
	{ "curl -H \"Authorization: Bearer abc.def\" https://h",
	    "curl -H \"Authorization: Bearer ***\" https://h" },
	{ "curl -H 'Authorization: Basic QTpi' h",
	    "curl -H 'Authorization: Basic ***' h" },
	{ "curl -H \"X-Api-Key: abc123\" h", "curl -H \"X-Api-Key: ***\" h" },
	{ "curl -u bob:hunter2 https://h", "curl -u bob:*** https://h" },
	{ "curl -ubob:hunter2 https://h", "curl -ubob:*** https://h" },
	{ "curl --user bob:hunter2 https://h",
	    "curl --user bob:*** https://h" },
	{ "curl --proxy-user=bob:hunter2 h", "curl --proxy-user=bob:*** h" },
	{ "git clone https://bob:hunter2@git.corp/x",
	    "git clone https://bob:***@git.corp/x" },
	{ "x ftp://bob:p@ss@10.0.0.1/", "x ftp://bob:***@10.0.0.1/" },
	{ "powershell -c \"ConvertTo-SecureString 'hunter2' -AsPlainText\"",
	    "powershell -c \"ConvertTo-SecureString '***' -AsPlainText\"" },
	{ "ConvertTo-SecureString -AsPlainText -Force hunter2",
	    "ConvertTo-SecureString -AsPlainText -Force ***" },
	{ "ConvertTo-SecureString -String \"hunter2\" -Force",
	    "ConvertTo-SecureString -String \"***\" -Force" },
	{ "powershell $password = \"hunter2\"; x",
	    "powershell $password = \"***\"; x" },
	{ "net use \\\\srv\\c$ hunter2 /user:CORP\\bob",
	    "net use \\\\srv\\c$ *** /user:CORP\\bob" },
	{ "net.exe use Z: \\\\srv\\c$ /user:bob hunter2",
	    "net.exe use Z: \\\\srv\\c$ /user:bob ***" },
	{ "C:\\Windows\\System32\\net.exe user bob hunter2 /add",
	    "C:\\Windows\\System32\\net.exe user bob *** /add" },
	{ "cmd.exe /c net use \\\\srv\\ipc$ \"hun ter\" /user:bob",
	    "cmd.exe /c net use \\\\srv\\ipc$ \"***\" /user:bob" },
	{ "sshpass -p hunter2 ssh bob@h -p 2222",
	    "sshpass -p *** ssh bob@h -p 2222" },
	{ "sshpass -phunter2 ssh bob@h", "sshpass -p*** ssh bob@h" },
	{ "mysql -u root -phunter2 -h 10.0.0.1 db",
	    "mysql -u root -p*** -h 10.0.0.1 db" },
	{ "mysqldump --password=hunter2 db", "mysqldump --password=*** db" },
	{ "plink.exe -ssh -pw hunter2 bob@10.0.0.1",
	    "plink.exe -ssh -pw *** bob@10.0.0.1" },
	{ "\"C:\\Program Files\\PuTTY\\plink.exe\" -pw \"hun ter\" h",
	    "\"C:\\Program Files\\PuTTY\\plink.exe\" -pw \"***\" h" },
	{ "PsExec.exe \\\\h -u bob -p 12345 cmd",
	    "PsExec.exe \\\\h -u bob -p *** cmd" },
	{ "unknown.exe -p hunter2 10.0.0.1", "unknown.exe -p *** 10.0.0.1" },
	{ "unknown.exe /p:hunter2", "unknown.exe /p:***" },
	{ "AWS_SECRET_ACCESS_KEY=abc/def+1 aws s3 ls",
	    "AWS_SECRET_ACCESS_KEY=*** aws s3 ls" },
	{ "aws configure set aws_secret_access_key abc/def",
	    "aws configure set aws_secret_access_key ***" },
	{ "x AKIAIOSFODNN7EXAMPLE y", "x *** y" },
	{ "PGPASSWORD=hunter2 psql -p 5432 -h db",
	    "PGPASSWORD=*** psql -p 5432 -h db" },
	{ "sqlcmd -S srv -U sa -P hunter2", "sqlcmd -S srv -U sa -P ***" },
	{ "x \"Server=a;User Id=sa;Password=hunter2;Encrypt=1\"",
	    "x \"Server=a;User Id=sa;Password=***;Encrypt=1\"" },
	{ "mount -o username=bob,password=hunter2,vers=3 //s/x",
	    "mount -o username=bob,password=***,vers=3 //s/x" },
	{ "smbclient //srv/x -U bob%hunter2", "smbclient //srv/x -U bob%***" },
	{ "nxc smb 10.0.0.0/24 -u bob -p 'Summer24'",
	    "nxc smb 10.0.0.0/24 -u bob -p '***'" },
	{ "secretsdump.py CORP/bob:hunter2@10.0.0.1",
	    "secretsdump.py CORP/bob:***@10.0.0.1" },
	{ "psexec.py -hashes aad3:31d6 CORP/bob@10.0.0.1",
	    "psexec.py -hashes *** CORP/bob@10.0.0.1" },
	{ "xfreerdp /u:bob /p:hunter2 /v:10.0.0.1",
	    "xfreerdp /u:bob /p:*** /v:10.0.0.1" },
	{ "ldapsearch -D cn=x -w hunter2 -b dc=x",
	    "ldapsearch -D cn=x -w *** -b dc=x" },
	{ "7z a -phunter2 x.7z d", "7z a -p*** x.7z d" },
	{ "openssl enc -passin pass:hunter2 -in f",
	    "openssl enc -passin pass:*** -in f" },
	{ "schtasks /create /ru bob /rp hunter2 /tn x",
	    "schtasks /create /ru bob /rp *** /tn x" },
	{ "cmdkey /add:srv /user:bob /pass:hunter2",
	    "cmdkey /add:srv /user:bob /pass:***" },
	{ "x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-X_1 y", "x *** y" },
	{ "x '-----BEGIN RSA PRIVATE KEY-----MIIE-----END RSA' y",
	    "x '-----BEGIN RSA PRIVATE KEY-----***-----END RSA' y" },
	{ "curl -d {\"password\":\"hunter2\",\"a\":1} h",
	    "curl -d {\"password\":\"***\",\"a\":1} h" },
	{ "curl -d \"{\\\"password\\\": \\\"hunter2\\\"}\" h",
	    "curl -d \"{\\\"password\\\": \\\"***\\\"}\" h" },
	{ "x ghp_0123456789abcdefghijABCDEFGHIJ012345 y", "x *** y" },
	{ "redis-cli -h 10.0.0.1 -p 6379 -a hunter2 ping",
	    "redis-cli -h 10.0.0.1 -p 6379 -a *** ping" },
	{ "nmap --script-args smbuser=bob,smbpassword=hunter2 10.0.0.1",
	    "nmap --script-args smbuser=bob,smbpassword=*** 10.0.0.1" },
	{ "hydra -l bob -p hunter2 ssh://10.0.0.1",
	    "hydra -l bob -p *** ssh://10.0.0.1" },
	{ "sc config svc password= hunter2", "sc config svc password= ***" },
	{ "x --password p\xc3\xa4sswort", "x --password ***" },
	{ "x | mysql -phunter2", "x | mysql -p***" },
};

/* What must stay as it is: what a scan is about, and what only looks so. */
static const char *const harmless[] = {
	"nmap -p 22,80 10.0.0.0/24",
	"nmap -p- 10.0.0.1",
	"nmap -p T:1-1024,U:53 -sS 10.0.0.1",
	"nmap -p http* 10.0.0.1",
	"\"C:\\Tools\\nmap\\nmap.exe\" -sS -p 22,80,443,445 --script \"smb-*\"",
	"nmap --script-args user=bob 10.20.4.0/24",
	"masscan -p80,443 10.0.0.0/8 --rate 1000",
	"masscan 10.0.0.0/8 -p 0-65535",
	"zmap -p 443 10.0.0.0/8",
	"hping3 -S -p 80 10.0.0.1",
	"ssh -p 2222 bob@10.0.0.1",
	"scp bob@10.0.0.1:/etc/passwd .",
	"nc -zv 10.0.0.1 -p 4444",
	"unknown.exe -p 22,80 10.0.0.1",
	"unknown.exe -p 1-1024",
	"unknown.exe -p 10.0.0.1",
	"unknown.exe /p:8080",
	"msbuild x.sln /p:Configuration=Release",
	"docker run -p 8080:80 nginx",
	"mkdir -p some/dir",
	"psql -p 5432 -h 10.0.0.1",
	"redis-cli -p 6379 ping",
	"mysql -u root -p db",
	"mysql -p",
	"tool --password-file secrets.txt 10.0.0.1",
	"tool --no-password 10.0.0.1",
	"tool --ask-pass 10.0.0.1",
	"tool --token-file t.txt",
	"tool --password --verbose",
	"powershell -ExecutionPolicy Bypass -File scan.ps1",
	"powershell.exe  -NoProfile -Command \"1..60 | % { Test-NetConnection "
	"10.20.2.$_ -Port 5985 -InformationLevel Quiet }\"",
	"curl https://10.0.0.1:8443/api?x=1",
	"curl http://[::1]:80/",
	"curl -u bob https://10.0.0.1",
	"git clone git@github.com:x/y.git",
	"mail mailto:bob@corp.example",
	"net use",
	"net use * /delete",
	"net user bob /domain",
	"net user",
	"hydra -L users.txt -P pass.txt 10.0.0.1 ssh",
	"net view \\\\10.0.0.1",
	"type C:\\Users\\bob\\password.txt",
	"ping -n 1 10.0.0.1",
	"xfreerdp /u:bob /v:10.0.0.1",
	"smbclient -L //10.0.0.1 -N",
	"set CWD=C:\\x & pwd",
	"python3 sweep.py -p 445 10.0.0.0/24",
	"arp-scan --interface=eth0 10.0.0.0/24",
	"tool compass=north",
	"openssl s_client -connect 10.0.0.1:443",
	"x -----BEGIN CERTIFICATE-----MIIE-----END CERTIFICATE-----",
	"",
	" ",
	"\"",
	"--password",
	"-p",
	"password=",
	"://",
	"@",
	"net user bob *",
};

Test(forward, secrets_in_command_lines_are_masked)
{
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		expect(secrets[i][0], secrets[i][1]);
	}
}

Test(forward, ports_targets_and_the_rest_of_a_line_stay)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		expect_untouched(harmless[i]);
	}
}

/* Masking a line again finds at most the stars themselves. */
Test(forward, a_masked_line_is_masked_no_further)
{
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		expect_untouched(secrets[i][1]);
	}
}

Test(forward, every_beginning_of_a_line_can_be_masked)
{
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		size_t length = strlen(secrets[i][0]);

		for (size_t cut = 0; cut <= length; cut++) {
			char *begin = strndup(secrets[i][0], cut);
			char *masked = forward_mask(begin);

			cr_assert_not_null(masked);
			cr_expect_leq(strlen(masked), 2 * cut + 3);
			free(masked);
			free(begin);
		}
	}
}
