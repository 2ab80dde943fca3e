@echo off
rem Windows audit policy for Spanwatch.  Run as administrator, or take the same
rem settings into a group policy: audit.csv beside this file.
rem
rem What it does: makes Windows write to its Security log
rem   4688  a process begins, with its command line and its parent
rem   4689  a process ends
rem   5156  the Windows Filtering Platform let a connect() pass, whether anybody
rem         answered or not: this is what shows the closed ports of a scan
rem   5157  it blocked one; on the victim of a scan: who tried
rem   5158  a port was bound (comes with 5156; it is not worth forwarding)
rem
rem What it adds: 4688 and 4689 a few events a minute on a workstation; 5156 one
rem event for each connection and each UDP flow, in both directions: tens a
rem minute on a workstation, about a hundred on the domain controller of a small
rem network, as many as it has connections on a server.  1.2 KB each as XML, so
rem the log is made 1 GB below.  The forwarders' files beside this one send
rem outbound 5156 to the watched segments only.
rem
rem What it cannot: see packets that a tool makes itself (nmap -sS, masscan).
rem They pass no socket, so only 4688 tells of the tool.  SMB and ICMP are logged
rem as "System", whoever caused them.
rem
rem The subcategories are named by number, as their names are translated.

rem Advanced audit policy wins over the nine old categories.
reg add "HKLM\SYSTEM\CurrentControlSet\Control\Lsa" /v SCENoApplyLegacyAuditPolicy /t REG_DWORD /d 1 /f

rem Process Creation; Process Termination.
auditpol /set /subcategory:"{0CCE922B-69AE-11D9-BED3-505054503030}" /success:enable
auditpol /set /subcategory:"{0CCE922C-69AE-11D9-BED3-505054503030}" /success:enable

rem Filtering Platform Connection.  Leave Packet Drop (0CCE9225, event 5152)
rem off: it has one event for every packet, and says nothing that 5157 does not.
auditpol /set /subcategory:"{0CCE9226-69AE-11D9-BED3-505054503030}" /success:enable /failure:enable

rem The command line in 4688.  Whoever reads the Security log then reads what
rem was typed, passwords among it.
reg add "HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit" /v ProcessCreationIncludeCmdLine_Enabled /t REG_DWORD /d 1 /f

rem 1 GB, so that a forwarder that was away for a while finds what it missed.
wevtutil set-log Security /maxsize:1073741824

rem What holds now.
auditpol /get /subcategory:"{0CCE922B-69AE-11D9-BED3-505054503030}","{0CCE922C-69AE-11D9-BED3-505054503030}","{0CCE9226-69AE-11D9-BED3-505054503030}"
